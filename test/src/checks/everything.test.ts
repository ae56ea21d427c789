import { checkEverything, checkSetup } from '../../../src/checks';
import type { Check } from '../../../src/checks/check';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const OF_SETUP = [
  ...['settings', 'database', 'migrations', 'database clock', 'temporal', 'namespace', 'search attributes'],
  ...['schedules', 'smtp', 'mails', 'address', 'reach', 'webhook address', 'zoom credentials', 'webhook inbox'],
];
const DAILY = ['workers', 'classes', 'incidents', 'outbox', 'teachers', 'tokens', 'pushes', 'sizes', 'passes'];

const names = (checks: readonly Check[]) => [...new Set(checks.map(({ name }) => name))];

it('looks at everything there is a look for, and says what to do about all that is not well', async () => {
  expect(names(await checkSetup(website.deps))).toEqual(OF_SETUP);
  const checks = await checkEverything(website.deps);
  expect(names(checks)).toEqual([...OF_SETUP, ...DAILY]);
  expect(checks.filter(({ verdict, remedy }) => (remedy === null) !== (verdict === 'passed'))).toEqual([]);
});

it('goes on looking where one look goes wrong', async () => {
  const temporal = Object.assign(Object.create(website.temporal) as Website['temporal'], {
    inspect: () => Promise.reject(new RangeError('a fault')),
  });
  const checks = await checkSetup({ ...website.deps, temporal });
  expect(checks.find(({ name }) => name === 'temporal')).toMatchObject({ verdict: 'not looked at' });
  expect(names(checks)).toEqual(OF_SETUP.filter((name) => !/^(namespace|search attributes|schedules)$/.test(name)));
});
