import { createFailureLimit } from '../../../src/security/failureLimit';
import { startWebsite, type Website } from '../../support/website';

const MINUTE_MS = 60_000;
let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => website.close());

it('blocks until the window ends, however often and late within it somebody tries', async () => {
  const begun = Date.now();
  const limit = createFailureLimit(website.deps.db, { name: 'window', failures: 3, seconds: 3_600 });
  const triedAfter = async (minutes: number) => {
    jest.spyOn(Date, 'now').mockReturnValue(begun + minutes * MINUTE_MS);
    return limit.count('somebody');
  };
  expect([await triedAfter(0), await triedAfter(1), await triedAfter(2)]).toEqual([true, true, true]);
  expect([await triedAfter(50), await triedAfter(59)]).toEqual([false, false]);
  expect(await triedAfter(61)).toBe(true);
});

it('starts no timer: limiters are made for a single count, too', () => {
  const timers = jest.spyOn(global, 'setTimeout');
  createFailureLimit(website.deps.db, { name: 'timer', failures: 3, seconds: 3_600 });
  expect(timers).not.toHaveBeenCalled();
});
