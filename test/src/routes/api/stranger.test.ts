import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import request from 'supertest';
import { z } from 'zod';
import { createApiKey } from '../../../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { readDevEnvironment } from '../../../../src/config/devEnvironment';
import { API_SCOPES } from '../../../../src/domain/apiScopes';
import { addMinutes } from '../../../../src/domain/clock';
import { ClassDate } from '../../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { startDrivenSite, type DrivenSite } from '../../../support/drivenSite';
import { eventually } from '../../../support/eventually';
import { press } from '../../../support/joinSite';
import { Stranger } from '../../../support/stranger';
import { buildConnectedTeacher } from '../../../support/teachers';

/*
 * A class from the marketplace's side, by a stranger who has the document and nothing else: from booking it to knowing who
 * was there. Between the calls it happens, at the Zoom stand-in.
 */

const CONSUMER = path.join(__dirname, 'feedConsumer.mjs');

const peopleSchema = z.object({
  buyer: z.object({ person: z.string() }),
  guests: z.array(z.object({ person: z.string(), email: z.string() })),
});
const attendanceSchema = z.object({
  people: z.array(z.object({ person: z.string(), verdict: z.string().nullable(), minutesInClass: z.number() })),
});
const feedSchema = z.object({ events: z.array(z.object({ id: z.string(), type: z.string(), classDate: z.string() })) });

let site: DrivenSite;
let stranger: Stranger;
let secret: string;
let teacherEmail: string;
let documentUrl: string;

beforeAll(async () => {
  site = await startDrivenSite();
  teacherEmail = (await buildConnectedTeacher(site.deps, site.zoom)).email;
  const key = { name: 'A stranger', customer: 'strangers', scopes: Object.keys(API_SCOPES) };
  ({ secret } = await createApiKey(site.deps, { ...key, callsAMinute: 100_000, days: null }, THE_SYSTEM));
  documentUrl = `${site.url}/api/v1/openapi.json`;
  stranger = await Stranger.reading(documentUrl, secret);
});

afterAll(() => site.close());

const order = { order: 'A-1042' };
const first = { ...order, classDate: 'lesson-1' };
const second = { ...order, classDate: 'lesson-2' };

const minutesAhead = (minutes: number) => ({
  localStart: addMinutes(site.now(), minutes).toISOString().slice(0, 16),
  timeZone: 'UTC',
});
const guestsNow = async () => peopleSchema.parse((await stranger.do('getOrder', order)).body).guests;

it('books an order with three guests and two class dates', async () => {
  expect((await stranger.do('putOrder', order, orderContent(teacherEmail))).status).toBe(201);
  expect((await stranger.do('putClassDate', first, classDateContent(minutesAhead(3 * 24 * 60)))).status).toBe(201);
  const late = classDateContent({ localStart: '2030-03-31T02:30' });
  const answer = await stranger.do('putClassDate', second, late);
  expect(answer.body).toMatchObject({ localStart: '2030-03-31T03:30', wallTime: 'moved_forward', state: 'scheduled' });
  expect((await stranger.do('listClassDates', order)).body).toMatchObject({ next: null, items: [{}, {}] });
  expect((await stranger.do('listOrders')).body).toMatchObject({ next: null, items: [{ id: 'A-1042' }] });
});

it('moves one, and removes a guest', async () => {
  const soon = minutesAhead(20);
  const moved = await stranger.do('putClassDate', first, classDateContent(soon));
  expect(moved.body).toMatchObject({ startsAt: `${soon.localStart}:00.000Z` });
  const { guests, ...rest } = orderContent(teacherEmail);
  await stranger.do('putOrder', order, { ...rest, guests: guests.slice(0, 2) });
  expect(await guestsNow()).toHaveLength(2);
});

describe('the class', () => {
  let classDateId: number;
  let guest: string;
  let zoomLink: URL;

  beforeAll(async () => {
    const classDate = await ClassDate.findOne({ where: { externalId: 'lesson-1' }, rejectOnEmpty: true });
    classDateId = classDate.id;
    await site.settle(classDateId);
    guest = (await guestsNow())[0]?.person ?? '';
  });

  const stateIs = (state: string) =>
    eventually(`the stranger reads ${state}`, async () => {
      const { body } = await stranger.do('getClassDate', first);
      return z.object({ state: z.string() }).parse(body).state === state;
    });

  it('has a join link for a guest, which leads through our door to Zoom', async () => {
    const answer = await stranger.do('getJoinLink', { ...first, person: guest });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { url } = z.object({ url: z.string() }).parse(answer.body);
    const browser = request.agent(site.server);
    const page = await browser.get(url.replace(site.url, ''));
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Maths 7B')]);
    const pressed = await press(browser, page, { Origin: site.url });
    expect(pressed.status).toBe(303);
    zoomLink = new URL(pressed.headers['location'] ?? '');
    expect(zoomLink.origin).toBe(site.zoom.url);
  });

  it('happens', async () => {
    const { control } = site.zoom;
    const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId }, rejectOnEmpty: true });
    site.pass(20 * 60);
    control.hostStart(meetingId ?? '');
    await stateIs('live');
    control.join(meetingId ?? '', { as: 'registrant', token: zoomLink.searchParams.get('tk') ?? '' });
    const { body } = await stranger.do('getAttendance', first);
    expect(body).toMatchObject({ settled: false, revision: null });
    expect(new Set(attendanceSchema.parse(body).people.map(({ verdict }) => verdict))).toEqual(new Set([null]));
    site.pass(50 * 60);
    control.end(meetingId ?? '');
    await stateIs('ended');
  });

  it('is settled, and it can be read who was there', async () => {
    await site.zoom.control.settleWebhooks();
    for (const minutes of [26, 91]) {
      site.pass(minutes * 60);
      await site.settle(classDateId);
    }
    const { body } = await stranger.do('getAttendance', first);
    expect(body).toMatchObject({ settled: true, revision: 1, outcome: 'held', unknownPeople: 0 });
    const { people } = attendanceSchema.parse(body);
    const present = people.filter(({ verdict }) => verdict === 'present');
    expect(present.map(({ person }) => person)).toEqual(['teacher', guest]);
    expect(present.filter(({ minutesInClass }) => minutesInClass < 49)).toEqual([]);
    expect(people.filter(({ verdict }) => verdict === 'absent')).toHaveLength(2);
  });
});

/** The stranger's other program, until it has said that many words of what it is at; then it is killed on the spot. */
async function followFeed(folder: string, words: number): Promise<void> {
  const child = spawn(process.execPath, [CONSUMER, documentUrl, secret, folder], {
    env: readDevEnvironment(undefined).inherited,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  let said = 0;
  for await (const word of createInterface({ input: child.stdout })) {
    said += word === '' ? 0 : 1;
    if (said >= words) break;
  }
  child.kill('SIGKILL');
  await gone;
  // It did not end by itself.
  expect([words, child.signalCode]).toEqual([words, 'SIGKILL']);
}

it('follows the feed through kills at any place while classes change, and misses nothing', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dreamcrowd-feed-'));
  const kills = fc.sample(fc.integer({ min: 1, max: 12 }), 12);
  const change = async () => {
    for (let minutes = 30; minutes < 50; minutes += 1) {
      await stranger.do(
        'putClassDate',
        second,
        classDateContent({ localStart: '2030-04-01T10:00', durationMinutes: minutes }),
      );
    }
    await stranger.do('cancelClassDate', second);
  };
  const changing = change();
  for (const words of kills) await followFeed(folder, words);
  await changing;
  const lines = () =>
    existsSync(`${folder}/dealt-with`) ? readFileSync(`${folder}/dealt-with`, 'utf8').split('\n') : [];
  while (!lines().some((line) => line.endsWith('class.cancelled lesson-2'))) await followFeed(folder, 20);
  const { events } = feedSchema.parse((await stranger.do('listEvents', { limit: '999' })).body);
  const all = events.map(({ id, type, classDate }) => `${id} ${type} ${classDate}`);
  expect([kills, [...new Set(lines())].filter((line) => line !== '')]).toEqual([kills, all]);
  const ofFirst = events.filter(({ classDate }) => classDate === 'lesson-1').map(({ type }) => type);
  expect(ofFirst).toEqual(expect.arrayContaining(['class.booked', 'class.rescheduled', 'class.ready', 'class.live']));
  expect(ofFirst.slice(-2)).toEqual(['class.ended', 'class.settled']);
  expect(events.filter(({ classDate }) => classDate === 'lesson-2')).toHaveLength(22);
  rmSync(folder, { recursive: true });
});
