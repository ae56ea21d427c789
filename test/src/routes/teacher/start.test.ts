import { pino } from 'pino';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import { addMinutes } from '../../../../src/domain/clock';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import type { User } from '../../../../src/models/User';
import { WorkflowOutbox } from '../../../../src/models/WorkflowOutbox';
import { paths } from '../../../../src/routes/paths';
import { changeTeacher } from '../../../../src/commands/changeTeacher';
import { makeMeeting } from '../../../../src/commands/makeMeeting';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { createTemporal } from '../../../../src/temporal/temporal';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { testConfig } from '../../../support/config';
import { connectTeacher, LICENSED_HOST } from '../../../support/teachers';
import { UNLIMITED_A_SECOND } from '../../../support/unlimitedZoom';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };

let zoom: ZoomSimulator;
let website: Website;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  zoom = await startZoomSimulator({
    ...{ seed: 5, behaviour: UNLIMITED_A_SECOND },
    app: { ...APP, redirectUris: [`${APP_URL}${paths.zoomCallback}`] },
  });
  // A host can start a class while Temporal is down: here it always is.
  const nowhere = testConfig({ TEMPORAL_ADDRESS: '127.0.0.1:9', DATABASE_URL: 'mysql://127.0.0.1:9/none' });
  const temporal = createTemporal(nowhere, pino({ level: 'silent' }));
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` }, { temporal });
  await saveFirstZoomSettings(website.deps);
  ({ browser, user: teacher } = await signedInBrowser(website, 'teacher'));
  await connectTeacher(website.deps, zoom, teacher.id, LICENSED_HOST);
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

afterEach(() => zoom.control.clearFaults());

/** A class in ten minutes whose room is at Zoom. */
async function buildOpenClass(): Promise<ClassDate> {
  const order = await buildOrder({ teacherId: teacher.id });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 10) });
  expect(await makeMeeting(website.deps, { classDateId: classDate.id, now: new Date() })).toBe('made');
  return classDate.reload();
}

it('asks Zoom for the start link at the click and at no other time, and keeps it nowhere', async () => {
  const { id } = await buildOpenClass();
  const before = zoom.control.callCount('meeting');
  const page = await browser.get(paths.startMeeting(id));
  expect(parse(page)('main form button').text()).toBe('Start the class');
  expect(zoom.control.callCount('meeting')).toBe(before);
  const answer = await browser.submit(paths.startMeeting(id));
  const startUrl = answer.headers['location'] ?? '';
  expect(answer.status).toBe(303);
  expect(startUrl.startsWith(`${zoom.url}/s/`)).toBe(true);
  const zak = new URL(startUrl).searchParams.get('zak') ?? '';
  expect(zak.length).toBeGreaterThan(10);
  expect(website.logged.join('')).not.toContain(zak);
  expect((await website.audited()).at(-1)).toBe('meeting_start_opened');
});

it('opens the room, Temporal being down, with a token that must be renewed first', async () => {
  await expect(website.deps.temporal.check()).rejects.toThrow();
  const { id } = await buildOpenClass();
  await ZoomConnection.update({ tokenExpiresAt: new Date() }, { where: { userId: teacher.id } });
  const before = zoom.control.callCount('tokenRefresh');
  const answer = await browser.submit(paths.startMeeting(id));
  expect(answer.headers['location']).toContain(`${zoom.url}/s/`);
  expect(zoom.control.callCount('tokenRefresh')).toBe(before + 1);
});

it('is for the teacher of the class only', async () => {
  const { id } = await buildOpenClass();
  const other = await signedInBrowser(website, 'teacher');
  expect((await other.browser.get(paths.startMeeting(id))).status).toBe(404);
  expect((await other.browser.submit(paths.startMeeting(id))).status).toBe(404);
});

it('says to whoever gave the class before that another teacher gives it, and to nobody else that there is one', async () => {
  const { id } = await buildOpenClass();
  const [substitute, stranger] = [await buildUser('teacher'), await signedInBrowser(website, 'teacher')];
  await changeTeacher(website.deps, { classDateId: id, teacherId: substitute.id }, THE_SYSTEM);
  const page = await browser.get(paths.startMeeting(id));
  expect([page.status, parse(page)('main').text()]).toEqual([404, expect.stringContaining('Another teacher gives it')]);
  expect(page.text).not.toContain(substitute.lastName);
  const others = await stranger.browser.get(paths.startMeeting(id));
  expect([others.status, parse(others)('main').text()]).toEqual([404, expect.stringContaining('no such class')]);
});

it.each([
  ['before the room opens', { state: 'scheduled', startsAt: addMinutes(new Date(), 120) }, 'Not open yet'],
  ['while the room is made', { state: 'preparing' }, 'The room is being made'],
  ['after the class', { state: 'settled', closedAt: new Date() }, 'This class is over'],
  ['of a cancelled class', { state: 'cancelled' }, 'This class was cancelled'],
] as const)('%s there is no button, and a click says why', async (_case, fields, heading) => {
  const order = await buildOrder({ teacherId: teacher.id });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 10), ...fields });
  const $ = parse(await browser.get(paths.startMeeting(classDate.id)));
  expect([$('main h2').text(), $('main form').length]).toEqual([heading, 0]);
  const answer = await browser.submit(paths.startMeeting(classDate.id));
  expect(answer.headers['location']).toBe(paths.startMeeting(classDate.id));
  expect((await browser.get(paths.startMeeting(classDate.id))).text).toContain('is not open now');
});

it.each([
  ['does not answer', { kind: 'reset', operation: 'meeting' } as const, 'Press the button again in a moment'],
  [
    'wrongly denies the room',
    { kind: 'falseNotFound', operation: 'meeting', times: 1 } as const,
    'Press the button again in a moment',
  ],
])('says what to do when Zoom %s', async (_case, fault, words) => {
  const { id } = await buildOpenClass();
  zoom.control.addFault(fault);
  const answer = await browser.submit(paths.startMeeting(id));
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.startMeeting(id)]);
  expect((await browser.get(paths.startMeeting(id))).text).toContain(words);
});

it('has another room made at once when Zoom no longer has the one there was', async () => {
  const classDate = await buildOpenClass();
  const where = { classDateId: classDate.id };
  const meeting = await ZoomMeeting.findOne({ where, rejectOnEmpty: true });
  zoom.control.delete(meeting.meetingId ?? '');
  await browser.submit(paths.startMeeting(classDate.id));
  expect((await browser.get(paths.startMeeting(classDate.id))).text).toContain('Another one is being made');
  expect((await classDate.reload()).state).toBe('preparing');
  expect((await meeting.reload()).state).toBe('gone');
  expect(await WorkflowOutbox.count({ where: { ...where, reason: 'meeting deleted' } })).toBe(1);
  expect(await makeMeeting(website.deps, { ...where, now: new Date() })).toBe('made');
  const answer = await browser.submit(paths.startMeeting(classDate.id));
  expect(answer.headers['location']).toContain(`${zoom.url}/s/`);
});

it('shows a teacher their own classes, and that Zoom is not connected', async () => {
  const mine = await buildOpenClass();
  const text = (await browser.get(paths.teacher)).text;
  expect(text).toContain(paths.startMeeting(mine.id));
  expect(text).not.toContain('Zoom is not connected');
  const other = await signedInBrowser(website, 'teacher');
  const others = (await other.browser.get(paths.teacher)).text;
  expect(others).not.toContain(paths.startMeeting(mine.id));
  expect(others).toContain('Zoom is not connected');
});
