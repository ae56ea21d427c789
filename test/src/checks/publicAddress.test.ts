import { checkPublicAddress } from '../../../src/checks/publicAddress';
import type { Check } from '../../../src/checks/check';
import { startReceiver, type Receiver } from '../../support/receiver';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let foreign: Receiver;

beforeAll(async () => {
  website = await startWebsite();
  foreign = await startReceiver();
});

afterAll(async () => {
  await website.close();
  await foreign.close();
});

const checkAt = (appUrl: string) => checkPublicAddress({ ...website.deps, config: { ...website.deps.config, appUrl } });

const verdicts = (checks: readonly Check[]) => checks.map(({ name, verdict }) => [name, verdict]);
const reachOf = (checks: readonly Check[]) => checks.filter(({ name }) => name !== 'address');

it('reaches itself, and warns that nobody else does at an address of this machine', async () => {
  const checks = await checkAt(`http://127.0.0.1:${website.port}`);
  expect(verdicts(checks)).toEqual([
    ['address', 'warning'],
    ['reach', 'passed'],
    ['webhook address', 'passed'],
  ]);
  expect(checks[0]?.remedy).toContain('Set APP_URL to the https address');
});

it.each([
  ['a site of somebody else', 200],
  ['a login that stands in front', 401],
  ['something that takes everything', 204],
])('fails where %s answers at the address', async (_what, status) => {
  foreign.answerWith(() => status);
  const checks = await checkAt(`http://127.0.0.1:${foreign.port}`);
  expect(reachOf(checks)).toEqual([
    expect.objectContaining({
      verdict: 'failed',
      why: `Something else answers there (status ${status}).`,
      remedy: expect.stringContaining('does the proxy lead to it') as string,
    }),
    expect.objectContaining({
      verdict: 'failed',
      why: `It answers ${status}, not as our receiver does.`,
      remedy: expect.stringContaining('/api/zoom/webhook') as string,
    }),
  ]);
  expect(foreign.calls.map(({ path }) => path)).toEqual(['/healthz', '/api/zoom/webhook']);
  foreign.forget();
});

it('fails where nobody listens at the address, in words', async () => {
  const gone = await startReceiver();
  await gone.close();
  const checks = reachOf(await checkAt(`http://127.0.0.1:${gone.port}`));
  for (const { verdict, why, remedy } of checks) {
    expect([verdict, why]).toEqual(['failed', expect.stringContaining('refused the connection')]);
    expect(remedy).not.toBeNull();
  }
  expect(checks).toHaveLength(2);
});

it.each([
  ['https://live.example.org', 'passed'],
  ['http://live.example.org', 'warning'],
  ['https://localhost:3000', 'warning'],
  ['https://192.168.1.5', 'warning'],
  ['https://172.20.0.5', 'warning'],
  ['https://172.32.0.5', 'passed'],
])('judges %s by its name: %s', async (appUrl, verdict) => {
  const fetching = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no network in this test'));
  const [address] = await checkAt(appUrl);
  fetching.mockRestore();
  expect([address?.name, address?.verdict, address?.remedy === null]).toEqual([
    'address',
    verdict,
    verdict === 'passed',
  ]);
});
