import { askZoom } from '../../../src/commands/askZoom';
import { closeClass } from '../../../src/commands/closeClass';
import { lookAtClass } from '../../../src/commands/lookAtClass';
import { probeIncident } from '../../../src/commands/probeIncident';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { buildWebhookEvent, startedEvent } from '../../factories/webhookEvents';
import { ago, NOW, siteOfTests } from '../../support/askedZoom';
import { buildRun, buildStay } from '../../support/liveScene';
import { newUuid } from '../../support/meetingEvents';
import { buildConnectedTeacher } from '../../support/teachers';

const site = siteOfTests();

/** A class that should have begun five minutes ago, with its room at Zoom. */
async function buildDue(fields: Partial<ClassDate>) {
  const { id: teacherId } = await buildConnectedTeacher(site.deps, site.zoom);
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: ago(5), state: 'preparing' });
  await makeMeeting(site.deps, { classDateId: classDate.id, now: NOW });
  await classDate.update({ state: 'ended', liveAt: ago(30), ...fields });
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  await meeting.update({ seenAt: ago(35) });
  return { classDate, meeting };
}

type Due = Awaited<ReturnType<typeof buildDue>>;

/** Does something while the room runs at Zoom, or does not. */
async function whileRunning(running: boolean, { meeting: { meetingId } }: Due, work: () => Promise<unknown>) {
  if (running) site.zoom.control.hostStart(meetingId ?? '');
  await work();
  if (running) site.zoom.control.end(meetingId ?? '');
}

async function ask(due: Due, running: boolean, deps = site.deps) {
  await whileRunning(running, due, () => askZoom(deps, { classDateId: due.classDate.id, now: NOW }));
  const { state, stateReason, watchedAt, endedAt } = await due.classDate.reload();
  return { state, stateReason, watched: watchedAt !== null, endedAt };
}

async function isAsked({ classDate }: Due) {
  const look = await lookAtClass(site.deps, { classDateId: classDate.id, now: NOW });
  return look?.steps.includes('askZoom');
}

const NOT_STARTED = { state: 'ended', stateReason: 'not_started', watched: true };
const LIVE = { state: 'live', stateReason: null, watched: false, endedAt: null };

describe('a class whose room was tried beforehand', () => {
  const tried = { endedAt: ago(20) };

  it('is marked when it has not started', async () => {
    expect(await ask(await buildDue(tried), false)).toEqual({ ...NOT_STARTED, ...tried });
  });

  it('is live when Zoom says that it runs, though the word of that was lost, and has not ended then', async () => {
    expect(await ask(await buildDue(tried), true)).toEqual(LIVE);
  });

  it('that overran, of which no word came either, ended when Zoom said that it runs no more', async () => {
    const due = await buildDue(tried);
    const run = { uuid: newUuid(), startedAt: ago(22), endedAt: ago(20) };
    await ZoomMeetingInstance.create({ zoomMeetingId: due.meeting.id, ...run });
    const close = (minutes: number) =>
      closeClass(site.deps, { classDateId: due.classDate.id, now: addMinutes(NOW, minutes) });
    await whileRunning(true, due, () => close(80));
    expect(await due.classDate.reload()).toMatchObject({ state: 'live', endedAt: null });
    await close(100);
    expect(await due.classDate.reload()).toMatchObject({ state: 'ended', endedAt: addMinutes(NOW, 100) });
  });
});

describe('a class that is live since before its start', () => {
  /** Of its run only these stays were told, in minutes ago. */
  async function buildLive(...stays: readonly { from: number; to: number | null }[]): Promise<Due> {
    const due = await buildDue({ state: 'live' });
    const run = { uuid: newUuid(), startedAt: ago(30), endedAt: null };
    const { id: instanceId } = await ZoomMeetingInstance.create({ zoomMeetingId: due.meeting.id, ...run });
    for (const [index, { from, to }] of stays.entries()) {
      const times = { joinTime: ago(from), leaveTime: to === null ? null : ago(to) };
      const host = { role: 'host', matchedBy: 'host', source: 'webhook' } as const;
      await ZoomParticipant.create({ instanceId, zoomSessionUserId: String(index), ...host, ...times });
    }
    return due;
  }

  it('and has nobody in it was only tried, where Zoom says that it does not run: its teacher is awaited', async () => {
    const due = await buildLive({ from: 30, to: 28 });
    expect(await isAsked(due)).toBe(true);
    expect(await ask(due, false)).toEqual({ ...NOT_STARTED, endedAt: ago(28) });
    expect(await isAsked(due)).toBe(false);
  });

  it('of whose people no word came at all was tried when it started, for all that is known', async () => {
    expect(await ask(await buildLive(), false)).toEqual({ ...NOT_STARTED, endedAt: ago(30) });
  });

  it('is over, and not awaited, where somebody left after the start', async () => {
    const over = { state: 'ended', stateReason: null, watched: false, endedAt: ago(1) };
    expect(await ask(await buildLive({ from: 30, to: 1 }), false)).toEqual(over);
  });

  it('goes on where Zoom says that it runs, and has been seen to', async () => {
    const due = await buildLive({ from: 30, to: 28 });
    expect(await ask(due, true)).toEqual(LIVE);
    expect((await due.meeting.reload()).seenAt).toEqual(NOW);
    expect(await isAsked(due)).toBe(false);
  });

  it('was only tried, too, where the word that the teacher left was lost with the word that it ended', async () => {
    const due = await buildLive({ from: 30, to: null });
    expect(await isAsked(due)).toBe(true);
    expect(await ask(due, false)).toEqual({ ...NOT_STARTED, endedAt: ago(30) });
  });

  it('and somebody is in goes on, and is asked about once', async () => {
    const due = await buildLive({ from: 30, to: null });
    expect(await ask(due, true)).toEqual(LIVE);
    expect(await isAsked(due)).toBe(false);
  });

  /** Something is told of the room while Zoom is asked about it. */
  function askMeanwhile(due: Due, tell: () => Promise<unknown>) {
    const getMeeting: typeof site.deps.zoom.getMeeting = async (...call) => {
      const answer = await site.deps.zoom.getMeeting(...call);
      await tell();
      return answer;
    };
    return ask(due, false, { ...site.deps, zoom: { ...site.deps.zoom, getMeeting } });
  }

  it('goes on where it was started anew while Zoom was asked, which is asked again', async () => {
    const due = await buildLive({ from: 30, to: 28 });
    const anew = { zoomMeetingId: due.meeting.id, uuid: newUuid(), startedAt: NOW };
    expect(await askMeanwhile(due, () => ZoomMeetingInstance.create(anew))).toEqual(LIVE);
    expect(await isAsked(due)).toBe(true);
  });

  it('goes on where somebody came while Zoom was asked, which is asked again', async () => {
    const due = await buildLive({ from: 30, to: null });
    const { id: zoomMeetingId } = due.meeting;
    const run = await ZoomMeetingInstance.findOne({ where: { zoomMeetingId }, rejectOnEmpty: true });
    expect(await askMeanwhile(due, () => buildStay(run, { joinTime: NOW }))).toEqual(LIVE);
    expect(await isAsked(due)).toBe(true);
  });
});

it('a class that had begun before it ended is not marked', async () => {
  const over = { state: 'ended', stateReason: null, watched: false, endedAt: ago(1) };
  expect(await ask(await buildDue({ endedAt: ago(1) }), false)).toEqual(over);
});

describe('a class that was in a room that is lost since, and has another', () => {
  /** What ran in the former room, in minutes ago, while that teacher gave the class. */
  async function buildLost(from: number, to: number | null, fields: Partial<ClassDate> = {}) {
    const due = await buildDue({ state: 'preparing', liveAt: ago(from), ...fields });
    await due.meeting.update({ state: 'gone', isCurrent: null });
    const run = await buildRun(due.meeting, ago(from), to === null ? null : ago(to));
    await makeMeeting(site.deps, { classDateId: due.classDate.id, now: NOW });
    expect((await due.classDate.reload()).state).toBe('ready');
    return { due, run };
  }

  it.each([
    ['began after its start', 4, null],
    ['began before its start and ended after it', 30, 1],
  ])('is not awaited where it %s: its teacher has begun it', async (_what, from, to) => {
    const { due } = await buildLost(from, to);
    expect(await isAsked(due)).toBe(false);
  });

  it('is not awaited where no word came of the end, and somebody came after its start', async () => {
    const { due, run } = await buildLost(30, null);
    await buildStay(run, { joinTime: ago(2) });
    expect(await isAsked(due)).toBe(false);
  });

  it.each([
    ['tried', 30, 20],
    ['tried, for all that is known', 30, null],
  ])('is awaited where that was only %s', async (_what, from, to) => {
    const { due, run } = await buildLost(from, to);
    await buildStay(run, { joinTime: ago(30), leaveTime: ago(20) });
    expect(await isAsked(due)).toBe(true);
  });

  it('is awaited where it was begun by a teacher who gives it no more', async () => {
    const { due } = await buildLost(4, 1);
    await due.meeting.update({ teacherId: (await buildUser('teacher')).id });
    expect(await isAsked(due)).toBe(true);
  });
});

describe('classes that run unheard', () => {
  const open = () => Incident.findOne({ where: { openKey: 'webhooks_silent', closedAt: null } });

  beforeEach(async () => {
    await site.deps.db.query('DELETE FROM webhook_events');
    await site.deps.db.query("UPDATE class_dates SET state = 'cancelled'");
    await Incident.update({ openKey: null, closedAt: NOW }, { where: { openKey: 'webhooks_silent' } });
  });

  /** Found running at that time. */
  const askAt = async (minutes: number) => {
    const due = await buildDue({ state: 'ready', liveAt: null, startsAt: ago(minutes + 5) });
    await whileRunning(true, due, () => askZoom(site.deps, { classDateId: due.classDate.id, now: ago(minutes) }));
    expect(await due.classDate.reload()).toMatchObject({ state: 'live', liveAt: ago(minutes) });
    return due;
  };

  it('are trouble when there are two in a row, until an event comes', async () => {
    await askAt(20);
    expect(await open()).toBeNull();
    await askAt(5);
    const incidentId = (await open())?.id ?? 0;
    expect(await probeIncident(site.deps, { incidentId })).toBe('open');
    await buildWebhookEvent(startedEvent('444'), { createdAt: addMinutes(new Date(), 1) });
    expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
  });

  it.each([
    ['of another class between them', () => '444'],
    ['of the first, which was late', (first: Due) => first.meeting.meetingId],
  ])('are none when an event has come %s', async (_what, meetingOf) => {
    const first = await askAt(20);
    await buildWebhookEvent(startedEvent(meetingOf(first)), { createdAt: ago(10) });
    await askAt(5);
    expect(await open()).toBeNull();
  });

  it('are none where it was asked of one twice', async () => {
    const due = await askAt(20);
    await whileRunning(true, due, () => askZoom(site.deps, { classDateId: due.classDate.id, now: ago(15) }));
    expect(await open()).toBeNull();
  });
});
