import { askZoom } from '../../../src/commands/askZoom';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

async function ask(fields: Pick<ClassDate, 'endedAt'>, running: boolean) {
  const { id: teacherId } = await buildConnectedTeacher(site.deps, site.zoom);
  const now = new Date();
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(now, -5), state: 'preparing' });
  const input = { classDateId: classDate.id, now };
  await makeMeeting(site.deps, input);
  await classDate.update({ state: 'ended', liveAt: addMinutes(now, -30), ...fields });
  const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  if (running) site.zoom.control.hostStart(meetingId ?? '');
  await askZoom(site.deps, input);
  if (running) site.zoom.control.end(meetingId ?? '');
  const { state, stateReason, watchedAt } = await classDate.reload();
  return { state, stateReason, watched: watchedAt !== null };
}

describe('a class whose room was tried beforehand', () => {
  const tried = { endedAt: addMinutes(new Date(), -20) };

  it('is marked when it has not started', async () => {
    expect(await ask(tried, false)).toEqual({ state: 'ended', stateReason: 'not_started', watched: true });
  });

  it('is live when Zoom says that it runs, though the word of that was lost', async () => {
    expect(await ask(tried, true)).toEqual({ state: 'live', stateReason: null, watched: false });
  });
});

it('a class that had begun before it ended is not marked', async () => {
  const endedAt = addMinutes(new Date(), -1);
  expect(await ask({ endedAt }, false)).toEqual({ state: 'ended', stateReason: null, watched: false });
});
