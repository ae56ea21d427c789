import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { buildConnectedTeacher } from '../../support/teachers';

let driven: DrivenClasses;

beforeAll(async () => {
  driven = await startDrivenClasses();
});

afterAll(() => driven.close());

/** A class two creates of which were carried out and not answered: Zoom's list had shown nothing of the first. */
async function buildTwice(): Promise<ClassDate> {
  const { id: teacherId } = await buildConnectedTeacher(driven.deps, driven.zoom);
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(driven.now(), 20) });
  const { control } = driven.zoom;
  control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 2 });
  control.setBehaviour({ listLagMs: 3_600_000 });
  const before = control.callCount('meetingCreate');
  for (let looks = 0; control.callCount('meetingCreate') < before + 2 && looks < 10; looks += 1) {
    await driven.settle(classDate.id);
    driven.pass(61);
    // Zoom tells the second in which a room was made.
    control.advanceClock(61_000);
  }
  control.setBehaviour({ listLagMs: 0 });
  expect(roomsAtZoom()).toHaveLength(2);
  return classDate;
}

const roomsAtZoom = () => driven.zoom.control.meetings().filter(({ deleted }) => !deleted);
const rowsOf = ({ id: classDateId }: ClassDate) => ZoomMeeting.findAll({ where: { classDateId }, order: ['id'] });

it('of two rooms with our marker the older is adopted, and the other goes, whatever Zoom answers at first', async () => {
  const classDate = await buildTwice();
  const [older] = roomsAtZoom();
  driven.zoom.control.addFault({ kind: 'status', operation: 'meetingDelete', times: 1 });
  await driven.settle(classDate.id);
  expect((await classDate.reload()).state).toBe('ready');
  const [adopted, other] = await rowsOf(classDate);
  expect(adopted).toMatchObject({ state: 'created', isCurrent: true, meetingId: String(older?.id) });
  // Zoom has said no once: the row remembers it.
  expect(other).toMatchObject({ state: 'deleting', isCurrent: null, attempts: 1 });
  driven.pass(61);
  await driven.settle(classDate.id);
  expect(roomsAtZoom().map(({ id }) => id)).toEqual([older?.id]);
  expect((await rowsOf(classDate)).map(({ state }) => state)).toEqual(['created', 'deleted']);
});
