import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createApiKey } from '../../../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { readDevEnvironment } from '../../../../src/config/devEnvironment';
import { API_SCOPES } from '../../../../src/domain/apiScopes';
import { ClassDate } from '../../../../src/models/ClassDate';
import { readProjectFile } from '../../../support/repository';
import { startWebsite, type Website } from '../../../support/website';

const run = promisify(execFile);

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

it('the README’s examples do what they say', async () => {
  const key = { name: 'README', customer: 'readme', scopes: Object.keys(API_SCOPES), callsAMinute: 600, days: null };
  const { secret } = await createApiKey(website.deps, key, THE_SYSTEM);
  const [, script = ''] =
    /## Booking from a marketplace[\s\S]*?```sh\n([\s\S]*?)```/.exec(readProjectFile('README.md')) ?? [];
  expect(script.match(/^api /gm)).toHaveLength(8);
  const env = {
    ...readDevEnvironment(undefined).inherited,
    ...{ APP_URL: `http://127.0.0.1:${website.port}`, KEY: secret },
  };
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env });
  expect(stdout).toContain('"startsAt":"2030-01-15T10:00:00.000Z"');
  expect(stdout).toContain('"settled":false');
  expect((await ClassDate.findOne({ where: { externalId: 'lesson-1' } }))?.state).toBe('cancelled');
});
