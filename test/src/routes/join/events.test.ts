import { addMinutes } from '../../../../src/domain/clock';
import { load } from 'cheerio';
import { buildMeeting } from '../../../factories/meetings';
import { startJoinSite, UNKNOWN_TOKEN, visitAndPress, type JoinSite, type Link } from '../../../support/joinSite';

let site: JoinSite;

beforeAll(async () => {
  site = await startJoinSite();
});

afterAll(() => site.close());

/** What the page of that link listens to, as it says itself. */
async function eventsUrl({ url }: Link): Promise<string> {
  const page = await site.newBrowser().get(url);
  const address = load(page.text)('#page').attr('data-events') ?? '';
  return `http://127.0.0.1:${site.port}${address}`;
}

/** The stream is open; what it says until it ends is its text. */
async function listen(url: string): Promise<Response> {
  const response = await fetch(url);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  return response;
}

it.each([
  ['the room is there', { state: 'preparing' as const }, false, (link: Link) => readyWithRoom(link)],
  ['the teacher has started', {}, true, ({ classDate }: Link) => classDate.update({ state: 'live' })],
  ['the class is moved', {}, true, ({ classDate }: Link) => classDate.update({ startsAt: addMinutes(new Date(), 20) })],
  ['the class is cancelled', {}, true, ({ classDate }: Link) => classDate.update({ state: 'cancelled' })],
  ['another browser takes the pass', {}, true, ({ url }: Link) => visitAndPress(site.newBrowser(), url)],
  ['the pass is revoked', {}, true, ({ pass }: Link) => pass.update({ revokedAt: new Date() })],
])('says that something has changed when %s', async (_what, fields, room, change) => {
  const link = await site.buildLink(fields, room);
  const stream = await listen(await eventsUrl(link));
  await change(link);
  expect(await stream.text()).toContain('event: changed\n');
});

it('says so at once to a page that is older than the change', async () => {
  const link = await site.buildLink();
  const url = await eventsUrl(link);
  await link.classDate.update({ state: 'live' });
  expect(await (await listen(url)).text()).toContain('event: changed\n');
});

it('stays silent while nothing changes, and asks no more when the page is closed', async () => {
  const link = await site.buildLink();
  const url = await eventsUrl(link);
  const query = jest.spyOn(site.deps.db, 'query');
  const looks = () => query.mock.calls.filter(([sql]) => JSON.stringify(sql).includes('p.id IN')).length;
  const page = new AbortController();
  const response = await fetch(url, { signal: page.signal });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe(':\n\n');
  while (looks() < 2) await new Promise((resolve) => setTimeout(resolve, 100));
  page.abort();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const after = looks();
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  expect(looks()).toBe(after);
  query.mockRestore();
});

it('is for whoever has the link', async () => {
  const { classDate } = await site.buildLink();
  const response = await fetch(
    `http://127.0.0.1:${site.port}/join/class/${classDate.id}/events?token=${UNKNOWN_TOKEN}`,
  );
  expect(response.status).toBe(404);
  await response.text();
});

async function readyWithRoom({ classDate }: Link): Promise<void> {
  await buildMeeting(site.deps.encryption, classDate);
  await classDate.update({ state: 'ready' });
}
