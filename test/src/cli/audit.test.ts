import { spawn } from 'node:child_process';
import path from 'node:path';
import { sealAudits } from '../../../src/commands/sealAudits';
import { THE_SYSTEM, writeAudit } from '../../../src/commands/writeAudit';
import { readDevEnvironment } from '../../../src/config/devEnvironment';
import { closeDeps, createDeps, type Deps } from '../../../src/deps';
import { AuditLink } from '../../../src/models/AuditLink';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { testConfig, testSettings } from '../../support/config';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const PROJECT = path.join(__dirname, '../../..');

let database: TestDatabase;
let deps: Deps;

beforeAll(async () => {
  database = await createTestDatabase();
  deps = createDeps(testConfig({ DATABASE_URL: database.url }));
  for (let row = 0; row < 3; row += 1) await writeAudit(deps, THE_SYSTEM, { action: 'class_missed' }, null);
  await sealAudits(deps);
  await writeAudit(deps, THE_SYSTEM, { action: 'class_missed' }, null);
});

afterAll(async () => {
  await closeDeps(deps);
  await database.drop();
});

/** `audit check` as an operator runs it. */
async function check(...args: readonly string[]) {
  const command = ['--import', 'tsx', path.join(PROJECT, 'src/cli.ts'), 'audit', 'check', ...args];
  const child = spawn(process.execPath, command, {
    env: { ...readDevEnvironment(undefined).inherited, ...testSettings({ DATABASE_URL: database.url }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

async function head(): Promise<{ seq: number; hash: string }> {
  const { seq, hash } = await AuditLink.findOne({ order: [['seq', 'DESC']], rejectOnEmpty: true });
  return { seq, hash };
}

it('says that the log is whole, and up to where', async () => {
  const { seq, hash } = await head();
  const { code, out, err } = await check('--head', `${seq}:${hash}`);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`4 rows are well; 1 are not sealed yet; 0 have erased personal data.`);
  expect(out).toContain(`checked up to ${seq}:${hash}`);
  expect(out).toContain('The log is whole.');
});

it('ends with 1 when a known head is not in it', async () => {
  const { code, err } = await check('--head', `4:${(await head()).hash}`);
  expect(code).toBe(1);
  expect(err).toContain('A row (place 4 of the chain) is where the chain no longer holds');
});

it('ends with 64 for a head that is none', async () => {
  expect((await check('--head', 'abc')).code).toBe(64);
});

it('ends with 1 and the place when a row was changed, also as JSON', async () => {
  const [, second] = await ZoomAuditLog.findAll({ order: ['id'] });
  await second?.update({ action: 'class_settled' });
  const { code, err } = await check();
  expect(code).toBe(1);
  expect(err).toContain(
    `The log is broken. Row ${second?.id} (place 2 of the chain) was changed after it was written.`,
  );
  const asJson = await check('--json');
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toMatchObject({
    rows: 1,
    unsealed: 1,
    broken: { fault: 'changed', auditId: second?.id, seq: 2 },
  });
});
