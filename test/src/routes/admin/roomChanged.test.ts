import { lookAtRoom } from '../../../../src/commands/lookAtRoom';
import { makeMeeting } from '../../../../src/commands/makeMeeting';
import { rescheduleClass } from '../../../../src/commands/rescheduleClass';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { updateMeeting } from '../../../../src/commands/updateMeeting';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import { addMinutes } from '../../../../src/domain/clock';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { ClassRisk } from '../../../../src/models/ClassRisk';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { buildConnectedTeacher } from '../../../support/teachers';
import { eventually } from '../../../support/eventually';
import { tellOf } from '../../../support/toldRoom';
import { UNLIMITED_A_SECOND } from '../../../support/unlimitedZoom';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const ELSEWHEN = '2031-01-01T10:00:00Z';

let zoom: ZoomSimulator;
let website: Website;
let browser: Browser;

beforeAll(async () => {
  zoom = await startZoomSimulator({
    ...{ seed: 9, behaviour: UNLIMITED_A_SECOND },
    app: { ...APP, redirectUris: [`${APP_URL}${paths.zoomCallback}`] },
  });
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
  await saveFirstZoomSettings(website.deps);
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

afterEach(() => zoom.control.clearFaults());

/** A class that is open, with its room. */
async function build() {
  const { id: teacherId } = await buildConnectedTeacher(website.deps, zoom);
  const startsAt = addMinutes(new Date(Math.floor(Date.now() / 60_000) * 60_000), 20);
  const classDate = await buildClassDate({ order: await buildOrder({ teacherId }), startsAt });
  expect(await makeMeeting(website.deps, { classDateId: classDate.id, now: new Date() })).toBe('made');
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  return { classDate: await classDate.reload(), meeting };
}

const update = ({ id: classDateId }: ClassDate) => updateMeeting(website.deps, { classDateId, now: new Date() });
const startAtZoom = ({ meetingId }: ZoomMeeting) => zoom.control.meeting(meetingId ?? '').startTime;
const inUtc = (instant: Date) => `${instant.toISOString().slice(0, 19)}Z`;

async function changeInZoom({ classDate, meeting }: Awaited<ReturnType<typeof build>>): Promise<void> {
  zoom.control.change(meeting.meetingId ?? '', { start_time: ELSEWHEN });
  await lookAtRoom(website.deps, { classDateId: classDate.id, now: new Date() });
}

const flags = ({ id: classDateId }: ClassDate) => ClassRisk.count({ where: { classDateId, isOpen: true } });
const press = ({ id }: ClassDate) => browser.submit(paths.classDateRoom(id));
const pageOf = async ({ id }: ClassDate) => parse(await browser.get(paths.classDate(id)));

it('is put back by a button that says what it does, and what to do if the change was meant', async () => {
  const built = await build();
  const { classDate, meeting } = built;
  await changeInZoom(built);
  const page = await pageOf(classDate);
  const form = page(`form[action="${paths.classDateRoom(classDate.id)}"]`);
  expect(form.find('button').text()).toBe('Put the room back');
  expect(form.find(`a[href="${paths.classDateSchedule(classDate.id)}"]`)).toHaveLength(1);
  website.temporal.hints.length = 0;
  await press(classDate);
  expect(website.temporal.hints).toEqual([`${classDate.id}: room put back`]);
  expect((await website.audited()).at(-1)).toBe('room_put_back');
  expect(startAtZoom(meeting)).toBe(ELSEWHEN);
  await update(classDate);
  expect(startAtZoom(meeting)).toBe(inUtc(classDate.startsAt));
  expect([await flags(classDate), (await meeting.reload()).lastError]).toEqual([0, null]);
  expect((await classDate.reload()).version).toBe(1);
  expect((await pageOf(classDate))('main').text()).not.toContain('Put the room back');
});

it('pressed twice, or when all is well, Zoom is not asked once more than needed', async () => {
  const built = await build();
  const { classDate } = built;
  await press(classDate);
  expect((await pageOf(classDate))('.flash').text()).toContain('there was nothing to put back');
  await changeInZoom(built);
  const before = zoom.control.callCount('meetingUpdate');
  await Promise.all([press(classDate), press(classDate)]);
  await update(classDate);
  await update(classDate);
  expect(zoom.control.callCount('meetingUpdate')).toBe(before + 1);
});

it('is left alone while people are in it, and when the class is over', async () => {
  const built = await build();
  const { classDate, meeting } = built;
  await changeInZoom(built);
  for (const [state, words] of [
    ['live', 'People are in the room now'],
    ['settled', 'is over or cancelled'],
  ] as const) {
    await classDate.update({ state });
    expect((await pageOf(classDate))('main').text()).not.toContain('Put the room back');
    await press(classDate);
    expect((await pageOf(classDate))('.flash').text()).toContain(words);
  }
  expect((await meeting.reload()).syncedVersion).toBe(1);
  expect((await browser.submit(paths.classDateRoom(999_999))).status).toBe(404);
});

it('a move of the class takes the room along, and the flag with it', async () => {
  const built = await build();
  const { classDate, meeting } = built;
  await changeInZoom(built);
  expect(await flags(classDate)).toBe(1);
  const localStart = addMinutes(classDate.startsAt, 5).toISOString().slice(0, 16);
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  await update(classDate);
  expect(startAtZoom(meeting)).toBe(inUtc((await classDate.reload()).startsAt));
  expect(await flags(classDate)).toBe(0);
});

it('a room that follows one which was changed and is gone is not flagged for what its forerunner was', async () => {
  const built = await build();
  const { classDate, meeting } = built;
  await changeInZoom(built);
  zoom.control.delete(meeting.meetingId ?? '');
  await lookAtRoom(website.deps, { classDateId: classDate.id, now: new Date() });
  expect([(await meeting.reload()).state, await flags(classDate)]).toEqual(['gone', 1]);
  expect(await makeMeeting(website.deps, { classDateId: classDate.id, now: new Date() })).toBe('made');
  expect(await flags(classDate)).toBe(0);
});

/** Zoom says that the room was moved. */
function tellMoved({ meetingId }: ZoomMeeting, startTime: string) {
  const object = { id: Number(meetingId), start_time: startTime };
  return tellOf(website.deps, { event: 'meeting.updated', payload: { object } });
}

it('what Zoom says of a change is looked up: a late echo of an edit of ours is no change, a real one is flagged', async () => {
  const { classDate, meeting } = await build();
  const look = () => lookAtRoom(website.deps, { classDateId: classDate.id, now: new Date() });
  const first = inUtc(classDate.startsAt);
  const localStart = addMinutes(classDate.startsAt, 5).toISOString().slice(0, 16);
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  await update(classDate);
  await tellMoved(meeting, first);
  expect([(await meeting.reload()).changesTold, await flags(classDate)]).toEqual([1, 0]);
  await look();
  expect([(await meeting.reload()).changesSeen, await flags(classDate)]).toEqual([1, 0]);
  zoom.control.change(meeting.meetingId ?? '', { start_time: ELSEWHEN });
  await tellMoved(meeting, ELSEWHEN);
  await look();
  expect([(await meeting.reload()).changesSeen, await flags(classDate)]).toEqual([2, 1]);
});

it('an update after which we died is made up for when the class is moved back', async () => {
  const { classDate, meeting } = await build();
  const first = classDate.startsAt;
  const move = (to: Date) => {
    const localStart = to.toISOString().slice(0, 16);
    return rescheduleClass(website.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  };
  await move(addMinutes(first, 5));
  const { zoom: client } = website.deps;
  const dead = () => new Promise<never>(() => undefined);
  const updateRoom: typeof client.updateMeeting = async (...wanted) => {
    await client.updateMeeting(...wanted);
    return dead();
  };
  void updateMeeting(
    { ...website.deps, zoom: { ...client, updateMeeting: updateRoom } },
    { classDateId: classDate.id, now: new Date() },
  );
  await eventually('Zoom has it', () => startAtZoom(meeting) === inUtc(addMinutes(first, 5)));
  await move(first);
  await update(classDate);
  expect(startAtZoom(meeting)).toBe(inUtc(first));
});

it('what was seen before the room was brought up to the class is no change, and is looked at once more', async () => {
  const { classDate, meeting } = await build();
  const localStart = addMinutes(classDate.startsAt, 5).toISOString().slice(0, 16);
  const { seenAt } = meeting;
  const { zoom: client } = website.deps;
  const getMeeting: typeof client.getMeeting = async (...wanted) => {
    const room = await client.getMeeting(...wanted);
    await rescheduleClass(website.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
    await update(classDate);
    return room;
  };
  const deps = { ...website.deps, zoom: { ...client, getMeeting } };
  await lookAtRoom(deps, { classDateId: classDate.id, now: new Date() });
  expect([await flags(classDate), (await meeting.reload()).seenAt]).toEqual([0, seenAt]);
});

it('of a room that is still to be brought up to the class, only that it is there is seen', async () => {
  const { classDate, meeting } = await build();
  await tellMoved(meeting, ELSEWHEN);
  zoom.control.change(meeting.meetingId ?? '', { start_time: ELSEWHEN });
  await classDate.update({ version: 2 });
  const now = new Date();
  await lookAtRoom(website.deps, { classDateId: classDate.id, now });
  expect(await meeting.reload()).toMatchObject({ seenAt: now, changesTold: 1, changesSeen: 0 });
  expect(await flags(classDate)).toBe(0);
});

it('a change that is told while the room is looked at is looked up once more', async () => {
  const { classDate, meeting } = await build();
  await tellMoved(meeting, ELSEWHEN);
  const getMeeting: typeof website.deps.zoom.getMeeting = async (...wanted) => {
    const room = await website.deps.zoom.getMeeting(...wanted);
    await tellMoved(meeting, ELSEWHEN);
    return room;
  };
  const deps = { ...website.deps, zoom: { ...website.deps.zoom, getMeeting } };
  await lookAtRoom(deps, { classDateId: classDate.id, now: new Date() });
  expect(await meeting.reload()).toMatchObject({ changesTold: 2, changesSeen: 1 });
});

it('an update whose answer was lost is made up for when the class is moved back, though Zoom has told of it', async () => {
  const { classDate, meeting } = await build();
  const [first, other] = [classDate.startsAt, addMinutes(classDate.startsAt, 5)];
  const move = (to: Date) => {
    const localStart = to.toISOString().slice(0, 16);
    return rescheduleClass(website.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  };
  await move(other);
  zoom.control.addFault({ kind: 'loseReply', operation: 'meetingUpdate', times: 1 });
  await update(classDate);
  expect(startAtZoom(meeting)).toBe(inUtc(other));
  await tellMoved(meeting, inUtc(other));
  await move(first);
  await update(classDate);
  expect(startAtZoom(meeting)).toBe(inUtc(first));
});
