import request, { type Response } from 'supertest';
import { z } from 'zod';
import { publishEvents } from '../../../../src/commands/publishEvents';
import { settleClass } from '../../../../src/commands/settleClass';
import { createApiKey } from '../../../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { API_SCOPES } from '../../../../src/domain/apiScopes';
import { ClassDate } from '../../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { buildMeeting } from '../../../factories/meetings';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { ApiDocument } from '../../../support/apiDocument';
import { startWebsite, type Website } from '../../../support/website';

/**
 * A program whose writer has read the served document and nothing else: it knows the calls by their operation ids, builds
 * each address from the document, and believes an answer only if it is as the document says.
 */
class Stranger {
  private constructor(
    private readonly website: Website,
    private readonly document: ApiDocument,
    private readonly secret: string,
  ) {}

  static async reading(address: string, website: Website, secret: string): Promise<Stranger> {
    const answer = await request(website.server).get(address);
    return new Stranger(website, new ApiDocument(answer.body), secret);
  }

  async do(operationId: string, values: Readonly<Record<string, string>> = {}, body?: object): Promise<Response> {
    const call = this.document.call(operationId);
    const method = z.enum(['get', 'put', 'delete']).parse(call.method.toLowerCase());
    const address = this.document.address(call, values);
    const sent = request(this.website.server)[method](address).set('Authorization', `Bearer ${this.secret}`);
    const answer = await (body ? sent.send(body) : sent);
    const { status, type } = answer;
    expect(this.document.violations(call, { status, type, body: answer.body as unknown })).toEqual([]);
    return answer;
  }
}

const peopleSchema = z.object({ guests: z.array(z.object({ person: z.string(), email: z.string() })) });
const feedSchema = z.object({
  events: z.array(z.object({ id: z.string(), type: z.string(), classDate: z.string() })),
  next: z.string(),
  more: z.boolean(),
});

let website: Website;
let stranger: Stranger;
let teacherEmail: string;

beforeAll(async () => {
  website = await startWebsite();
  teacherEmail = (await buildUser('teacher')).email;
  const key = { name: 'A stranger', customer: 'strangers', scopes: Object.keys(API_SCOPES) };
  const { secret } = await createApiKey(website.deps, { ...key, callsAMinute: 600, days: null }, THE_SYSTEM);
  stranger = await Stranger.reading('/api/v1/openapi.json', website, secret);
});

afterAll(() => website.close());

const order = { order: 'A-1042' };
const first = { ...order, classDate: 'lesson-1' };
const second = { ...order, classDate: 'lesson-2' };

it('books an order with three guests and two class dates', async () => {
  expect((await stranger.do('putOrder', order, orderContent(teacherEmail))).status).toBe(201);
  expect((await stranger.do('putClassDate', first, classDateContent())).status).toBe(201);
  const late = classDateContent({ localStart: '2030-03-31T02:30' });
  const answer = await stranger.do('putClassDate', second, late);
  expect(answer.body).toMatchObject({ localStart: '2030-03-31T03:30', wallTime: 'moved_forward', state: 'scheduled' });
  expect((await stranger.do('listClassDates', order)).body).toMatchObject({ next: null, items: [{}, {}] });
});

it('moves one, and removes a guest', async () => {
  const moved = await stranger.do('putClassDate', first, classDateContent({ localStart: '2030-01-16T11:00' }));
  expect(moved.body).toMatchObject({ startsAt: '2030-01-16T10:00:00.000Z' });
  const { guests, ...rest } = orderContent(teacherEmail);
  const answer = await stranger.do('putOrder', order, { ...rest, guests: guests.slice(0, 2) });
  expect(peopleSchema.parse(answer.body).guests).toHaveLength(2);
});

it('hands out a join link that opens the door', async () => {
  const { guests } = peopleSchema.parse((await stranger.do('getOrder', order)).body);
  const answer = await stranger.do('getJoinLink', { ...first, person: guests[0]?.person ?? '' });
  const { url } = z.object({ url: z.string() }).parse(answer.body);
  const page = await request(website.server).get(url.replace(website.deps.config.appUrl, ''));
  expect(page.status).toBe(200);
  expect(page.text).toContain('Maths 7B');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(website.logged.join('')).not.toContain(url.split('token=')[1]);
});

it('reads who was there, first as it looks and then as it was settled', async () => {
  expect((await stranger.do('getAttendance', first)).body).toMatchObject({ settled: false, revision: null });
  const classDate = await ClassDate.findOne({ where: { externalId: 'lesson-1' }, rejectOnEmpty: true });
  const endsAt = new Date(Date.now() - 3 * 60 * 60_000);
  const startsAt = new Date(endsAt.getTime() - 60 * 60_000);
  await classDate.update({ startsAt, state: 'ended', liveAt: startsAt, endedAt: endsAt, closedAt: endsAt });
  await buildMeeting(website.deps.encryption, classDate, { reconciledAt: endsAt });
  await ZoomMeeting.update({ meetingId: null }, { where: { classDateId: classDate.id } });
  await settleClass(website.deps, { classDateId: classDate.id, now: new Date() });
  expect((await stranger.do('getAttendance', first)).body).toMatchObject({
    settled: true,
    revision: 1,
    outcome: 'nobody_came',
    people: [{ person: 'teacher', verdict: 'absent' }, {}, {}, {}],
  });
});

it('follows the feed through a kill at any place, and misses nothing', async () => {
  await stranger.do('cancelClassDate', second);
  await publishEvents(website.deps);
  const all = feedSchema.parse((await stranger.do('listEvents')).body).events;
  expect(all.map(({ type, classDate }) => [type, classDate])).toEqual([
    ['class.booked', 'lesson-1'],
    ['class.booked', 'lesson-2'],
    ['class.rescheduled', 'lesson-1'],
    ['class.settled', 'lesson-1'],
    ['class.cancelled', 'lesson-2'],
  ]);
  for (let killedAfter = 0; killedAfter < all.length; killedAfter += 1) {
    const dealtWith = new Set<string>();
    let kept = '0';
    for (let reads = 0, more = true; more; reads += 1) {
      const page = feedSchema.parse((await stranger.do('listEvents', { after: kept, limit: '2' })).body);
      for (const { id } of page.events) dealtWith.add(id);
      // Killed between dealing with a page and keeping its place: the page comes again.
      if (reads !== killedAfter) kept = page.next;
      more = page.more || reads === killedAfter;
    }
    expect([...dealtWith]).toEqual(all.map(({ id }) => id));
  }
});
