import { closeClass } from '../../../src/commands/closeClass';
import { recordMeetingEvent } from '../../../src/commands/recordMeetingEvent';
import { inTransaction } from '../../../src/db/transaction';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import type { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildRun, buildStay } from '../../support/liveScene';
import { newUuid } from '../../support/meetingEvents';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

const NOW = new Date();
const ago = (minutes: number) => addMinutes(NOW, -minutes);

/** A class whose end and grace have just passed, and of whose meeting this was told. */
async function buildOver(state: 'live' | 'ended', endedAt: Date | null) {
  const classDate = await buildClassDate({ startsAt: ago(76), state, liveAt: ago(76), endedAt });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  return { classDate, meeting, run: await buildRun(meeting, ago(76), endedAt) };
}

/** Zoom says how the room is, and by the time we have that answer something else has been told. */
function close(
  { id: classDateId }: ClassDate,
  tellMeanwhile: () => Promise<unknown> = () => Promise.resolve(),
  status: 'waiting' | 'started' = 'waiting',
) {
  const getMeeting: Deps['zoom']['getMeeting'] = async (_teacher, meetingId) => {
    await tellMeanwhile();
    const urls = { joinUrl: 'https://zoom.us/j/1', startUrl: 'https://zoom.us/s/1' };
    return { meetingId, ...urls, status, registration: false, startsAt: null, durationMinutes: null };
  };
  return closeClass({ ...site.deps, zoom: { ...site.deps.zoom, getMeeting } }, { classDateId, now: NOW });
}

function hostComesBack(meeting: ZoomMeeting) {
  const event = { kind: 'run', event: 'started', uuid: newUuid(), startedAt: NOW, endedAt: null } as const;
  return inTransaction(site.deps.db, (transaction) => recordMeetingEvent(site.deps, meeting, event, transaction));
}

it('closes a class that is over, and whose "ended" was lost', async () => {
  const { classDate } = await buildOver('live', null);
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', closedAt: NOW });
});

it('keeps the doors open where the host came back while Zoom was asked, until it is asked anew', async () => {
  const { classDate, meeting } = await buildOver('ended', ago(2));
  await close(classDate, () => hostComesBack(meeting));
  expect(await classDate.reload()).toMatchObject({ state: 'live', endedAt: null, closedAt: null });
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', closedAt: NOW });
});

it('keeps the doors open where somebody came in while Zoom was asked', async () => {
  const { classDate, run } = await buildOver('live', null);
  await close(classDate, () => buildStay(run, { joinTime: NOW }));
  expect(await classDate.reload()).toMatchObject({ state: 'live', closedAt: null });
});

it('is not kept from closing by what was told before Zoom was asked', async () => {
  const { classDate, run } = await buildOver('ended', ago(2));
  await buildStay(run, { joinTime: ago(70), leaveTime: ago(2) });
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', endedAt: ago(2), closedAt: NOW });
});

it('does not take a class for running again by an answer that is older than its end', async () => {
  const { classDate } = await buildOver('live', null);
  await close(classDate, () => classDate.update({ state: 'ended', endedAt: NOW }), 'started');
  expect(await classDate.reload()).toMatchObject({ state: 'ended', endedAt: NOW, closedAt: null });
});
