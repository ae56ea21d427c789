import { askZoom } from '../../../src/commands/askZoom';
import { closeClass } from '../../../src/commands/closeClass';
import { lookAtClass } from '../../../src/commands/lookAtClass';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { ago, NOW, siteOfTests } from '../../support/askedZoom';
import { buildStay } from '../../support/liveScene';
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

  const isAsked = async ({ classDate }: Due) => {
    const look = await lookAtClass(site.deps, { classDateId: classDate.id, now: NOW });
    return look?.steps.includes('askZoom');
  };

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
