import { checkDatabase } from '../../../src/checks/database';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const find = async (wanted: string) => (await checkDatabase(website.deps)).find(({ name }) => name === wanted);

it('passes where the schema is up to date and both clocks agree', async () => {
  const checks = await checkDatabase(website.deps);
  expect(checks.map(({ name, verdict, remedy }) => [name, verdict, remedy])).toEqual([
    ['database', 'passed', null],
    ['migrations', 'passed', null],
    ['database clock', 'passed', null],
  ]);
});

it('fails where a migration has not been applied, and says how it is', async () => {
  const { db } = website.deps;
  await db.query('DELETE FROM migrations ORDER BY name DESC LIMIT 2');
  expect(await find('migrations')).toMatchObject({
    verdict: 'failed',
    why: '2 migrations have not been applied.',
    remedy: 'Run the command migrate.',
  });
});

it.each([
  [-30_000, '30.0 seconds ahead of'],
  [45_000, '45.0 seconds behind'],
])('fails where this machine’s clock is off by %d ms, and says in which direction', async (aheadMs, words) => {
  const real = Date.now.bind(Date);
  const now = jest.spyOn(Date, 'now').mockImplementation(() => real() + aheadMs);
  const found = await find('database clock');
  now.mockRestore();
  expect(found).toMatchObject({ verdict: 'failed', remedy: expect.stringContaining('NTP') as string });
  // To a few tenths of a second, which the machines may really differ by or take to answer.
  expect(found?.why.replace(/\d+\.\d/, (seconds) => Math.round(Number(seconds)).toFixed(1))).toBe(
    `It is ${words} this machine’s.`,
  );
});
