import { z } from 'zod';
import {
  ZoomDailyLimit,
  ZoomNeedsReconnect,
  ZoomNotFound,
  ZoomRateLimited,
  ZoomRefused,
  ZoomUnknownOutcome,
  ZoomUnreachable,
} from '../../../src/zoom/errors';
import { readReply } from '../../../src/zoom/http';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import type { MeetingRequest } from '../../../src/zoom/meetings';
import { buildConnectedTeacher, connectTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;
let userId: number;

beforeAll(async () => {
  site = await startZoomSite();
  // These tests make more calls a second than Zoom takes.
  site.zoom.control.setBehaviour({
    accountLimits: { 'pro:Light': { perSecond: 1_000 }, 'pro:Medium': { perSecond: 1_000 } },
  });
  userId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
});

afterAll(() => site.close());

beforeEach(async () => {
  site.zoom.control.clearFaults();
  await connectTeacher(site.deps, site.zoom, userId, LICENSED_HOST);
});

const REQUEST: MeetingRequest = {
  topic: 'Maths 7B',
  startsAt: new Date('2027-03-01T09:00:00Z'),
  durationMinutes: 45,
  timeZone: 'Europe/Berlin',
  agenda: 'ref',
  registration: true,
};

const create = () => site.deps.zoom.createMeeting(userId, REQUEST);
const roomsAtZoom = () => site.zoom.control.meetings().filter(({ deleted }) => !deleted).length;

it('makes, reads, moves, lists and deletes a meeting', async () => {
  const made = await create();
  expect(made).toMatchObject({ registration: true, meetingId: expect.stringMatching(/^\d{10,11}$/) as string });
  await site.deps.zoom.updateMeeting(userId, made.meetingId, { ...REQUEST, durationMinutes: 60 });
  expect(site.zoom.control.meeting(made.meetingId)).toMatchObject({ duration: 60, topic: 'Maths 7B' });
  expect(await site.deps.zoom.getMeeting(userId, made.meetingId)).toMatchObject({ status: 'waiting' });
  const listed = await site.deps.zoom.listMeetings(userId, 'scheduled');
  expect(listed.map(({ meetingId }) => meetingId)).toContain(made.meetingId);
  await site.deps.zoom.deleteMeeting(userId, made.meetingId);
  await expect(site.deps.zoom.getMeeting(userId, made.meetingId)).rejects.toThrow(ZoomNotFound);
});

it('renews a refused token once and repeats the request once, also one that changes something', async () => {
  const before = roomsAtZoom();
  site.zoom.control.addFault({ kind: 'invalidToken', operation: 'meetingCreate', times: 1 });
  const refreshes = site.zoom.control.callCount('tokenRefresh');
  await create();
  expect(site.zoom.control.callCount('tokenRefresh') - refreshes).toBe(1);
  expect(roomsAtZoom() - before).toBe(1);
});

it('gives up when the renewed token is refused as well', async () => {
  site.zoom.control.addFault({ kind: 'invalidToken', operation: 'meetingCreate' });
  const calls = site.zoom.control.callCount('meetingCreate');
  await expect(create()).rejects.toThrow(ZoomRefused);
  expect(site.zoom.control.callCount('meetingCreate') - calls).toBe(2);
});

it.each([
  ['a lost reply', 'loseReply', 1],
  ['a reset connection', 'reset', 0],
  ['a garbled reply', 'garbledReply', 1],
  ['a fault', 'status', 0],
] as const)('a create that ends in %s has an unknown outcome, and is not sent again', async (_case, kind, made) => {
  const before = roomsAtZoom();
  site.zoom.control.addFault({ kind, operation: 'meetingCreate' });
  const calls = site.zoom.control.callCount('meetingCreate');
  await expect(create()).rejects.toThrow(ZoomUnknownOutcome);
  expect(site.zoom.control.callCount('meetingCreate') - calls).toBe(1);
  expect(roomsAtZoom() - before).toBe(made);
});

it.each(['reset', 'status', 'html', 'xml'] as const)('a look that ends in %s may be repeated', async (kind) => {
  const { meetingId } = await create();
  const answer = kind === 'html' || kind === 'xml' ? { status: 502 } : {};
  site.zoom.control.addFault({ kind, operation: 'meeting', ...answer });
  await expect(site.deps.zoom.getMeeting(userId, meetingId)).rejects.toThrow(ZoomUnreachable);
});

it('tells the limit of this second from the limit of this day', async () => {
  site.zoom.control.addFault({ kind: 'rateLimitQps', operation: 'meetingCreate', times: 1 });
  const busy = await create().catch((error: unknown) => error);
  expect(busy).toBeInstanceOf(ZoomRateLimited);
  expect((busy as ZoomRateLimited).until.getTime() - Date.now()).toBeLessThan(5_000);
  site.zoom.control.addFault({ kind: 'rateLimitDaily', operation: 'meetingCreate', times: 1 });
  const daily = await create().catch((error: unknown) => error);
  expect(daily).toBeInstanceOf(ZoomDailyLimit);
  const { until } = daily as ZoomDailyLimit;
  expect(until.getTime()).toBeGreaterThan(Date.now());
  expect(until.toISOString()).toContain('T00:00:00');
});

it.each([
  ['account', 'You have reached the maximum daily rate limit for this API. Refer to the response header for details.'],
  [
    'host',
    'You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user.',
  ],
  [
    'registrant',
    'You have exceeded the daily rate limit of (3) for Add a meeting registrant API requests for the registrant (u@x.test).',
  ],
])('knows whom a daily limit concerns: the %s', (of, message) => {
  const request = { operation: 'x', method: 'POST', url: '', headers: {}, timeoutMs: 1 } as const;
  const reply = { status: 429, headers: new Headers(), text: JSON.stringify({ code: 429, message }) };
  let error: unknown;
  try {
    readReply(request, reply, z.unknown(), new Date());
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ZoomDailyLimit);
  expect(error).toMatchObject({ of });
});

it('knows the limit of a host by the other name that Zoom has for it', () => {
  const message = 'A maximum of 100 meetings can be created/updated for a single user in one day.';
  const request = { operation: 'x', method: 'PATCH', url: '', headers: {}, timeoutMs: 1 } as const;
  const reply = { status: 400, headers: new Headers(), text: JSON.stringify({ code: 300, message }) };
  expect(() => readReply(request, reply, z.unknown(), new Date())).toThrow(ZoomDailyLimit);
});

it('a missing permission makes the teacher connect again', async () => {
  await connectWithout('meeting:write:meeting');
  await expect(create()).rejects.toThrow(ZoomNeedsReconnect);
  expect(await ZoomConnection.findOne({ where: { userId } })).toMatchObject({
    state: 'needs_reconnect',
    stateReason: 'scopes_missing',
  });
});

async function connectWithout(scope: string): Promise<void> {
  const all = site.zoom.control.tokensFor(LICENSED_HOST)?.scopes ?? [];
  const scopes = all.filter((one) => one !== scope && one !== 'meeting:write');
  await connectTeacher(site.deps, site.zoom, userId, LICENSED_HOST, scopes);
}

it('logs Zoom’s tracking id, and neither tokens nor addresses', async () => {
  const from = site.logged.length;
  const { joinUrl, startUrl } = await create();
  site.zoom.control.addFault({ kind: 'reset', operation: 'meetingCreate', times: 1 });
  await create().catch(() => undefined);
  const log = site.logged.slice(from).join('');
  expect(log).toMatch(/"operation":"meetingCreate".*"trackingId":"v=2.0;/);
  const { accessToken = '', refreshToken = '' } = site.zoom.control.tokensFor(LICENSED_HOST) ?? {};
  for (const secret of [accessToken, refreshToken, joinUrl, startUrl, site.zoom.url]) expect(log).not.toContain(secret);
});
