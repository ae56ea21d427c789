import type { ClassDate } from '../../src/models/ClassDate';
import { ClassRisk } from '../../src/models/ClassRisk';
import { MailDelivery } from '../../src/models/MailDelivery';
import type { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { connectAtStandIn } from '../../src/dev/demo/connectAtStandIn';
import { buildUser } from '../factories/people';
import { at, book, cancel, ends, handleOf, mailsTo, moveBy } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { buildConnectedTeacher, LICENSED_HOST } from '../support/teachers';

/** A class on its way, rehearsed by its workflow on the real parts. */

const HOUR = 60;
const DAY = 24 * HOUR;
const AT_RISK = 'This class is at risk - Maths 7B';

let scene: SkippingScene;
let admin: User;
let teacher: User;

beforeAll(async () => {
  scene = await startSkippingScene({ together: true });
  admin = await buildUser('admin');
});

afterAll(() => scene.close());

beforeEach(async () => {
  scene.stack.mailbox.clear();
  await ZoomConnection.destroy({ where: {} });
  teacher = await buildConnectedTeacher(scene.stack.deps, scene.stack.zoom);
});

const bookAhead = (minutesAhead: number) => book(scene, { minutesAhead, teacherId: teacher.id });

/** To so many minutes before the class, in steps that leave every workflow the time to follow. */
async function until(classDate: ClassDate, minutesBefore: number): Promise<void> {
  const leftMinutes = async () => (classDate.startsAt.getTime() - (await scene.now()).getTime()) / 60_000;
  while ((await leftMinutes()) - minutesBefore > 60) await scene.sleep(60 * 60_000);
  await at(scene, classDate, -minutesBefore);
}

async function rehearsals(classDate: ClassDate): Promise<number> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  const types = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  return types.filter((type) => type === 'rehearse').length;
}

const haveBeen = (classDate: ClassDate, count: number) =>
  eventually(`rehearsal ${count} is done`, async () => {
    const { rehearsedAt } = await classDate.reload();
    return rehearsedAt !== null && (await rehearsals(classDate)) === count;
  });

const openKinds = async ({ id }: ClassDate) =>
  (await ClassRisk.findAll({ where: { classDateId: id, isOpen: true } })).map(({ kind }) => kind);

async function isOver(...classDates: ClassDate[]): Promise<void> {
  for (const classDate of classDates) {
    await cancel(scene, await classDate.reload());
    await ends(scene, classDate);
  }
}

it('a class is rehearsed at T−24 h and at T−2 h, once each, and nobody is told that all is well', async () => {
  const classDate = await bookAhead(DAY + 90);
  await until(classDate, DAY + 1);
  expect(await rehearsals(classDate)).toBe(0);
  await until(classDate, DAY);
  await haveBeen(classDate, 1);
  await until(classDate, 2 * HOUR + 1);
  expect(await rehearsals(classDate)).toBe(1);
  await until(classDate, 2 * HOUR);
  await haveBeen(classDate, 2);
  await until(classDate, 40);
  expect(await rehearsals(classDate)).toBe(2);
  expect(scene.stack.mailbox.messages()).toEqual([]);
  await isOver(classDate);
});

it('a clash is told the teacher once, and clears by itself when one of the two is moved', async () => {
  const first = await bookAhead(10 * HOUR);
  await haveBeen(first, 1);
  const second = await bookAhead(10 * HOUR + 30);
  await eventually('the teacher is told', () => mailsTo(scene.stack, teacher.email).length > 0);
  expect(await openKinds(second)).toEqual(['clash']);
  expect(mailsTo(scene.stack, teacher.email)).toEqual([AT_RISK]);
  const [mail] = scene.stack.mailbox.messages();
  expect(mail?.text).toContain('It overlaps with “Maths 7B” of the same teacher');
  expect(mail?.text).toContain('/teacher');

  await until(second, 9 * HOUR);
  expect(await openKinds(second)).toEqual(['clash']);
  await moveBy(scene, second, 2 * HOUR);
  await eventually('it is cleared at once', async () => (await openKinds(second)).length === 0);
  await until(first, 2 * HOUR - 1);
  expect(await openKinds(first)).toEqual([]);
  expect(mailsTo(scene.stack, teacher.email)).toEqual([AT_RISK]);
  expect(await MailDelivery.count({ where: { classDateId: first.id } })).toBe(0);
  await isOver(first, second);
});

it('a missing connection is a finding that its incident tells, and a new consent clears it at once', async () => {
  await ZoomConnection.destroy({ where: { userId: teacher.id } });
  const classDate = await bookAhead(20 * HOUR);
  await eventually('it is found', async () => (await openKinds(classDate)).includes('connection'));
  await until(classDate, 19 * HOUR);
  expect(mailsTo(scene.stack, teacher.email)).toEqual(['Connect Zoom, so that your classes can open']);
  expect(mailsTo(scene.stack, admin.email)).toHaveLength(1);
  await connectAtStandIn(scene.stack.deps, teacher.id, LICENSED_HOST);
  await eventually('it is cleared', async () => (await openKinds(classDate)).length === 0);
  await isOver(classDate);
});

it('Zoom being down at T−24 h is no finding, and the rehearsal is made up for', async () => {
  scene.stack.zoom.control.addFault({ kind: 'status', status: 503, operation: 'userMe' });
  const classDate = await bookAhead(DAY - 10);
  await eventually('Zoom has been asked', () => scene.stack.zoom.control.faults()[0]?.applied);
  expect((await classDate.reload()).rehearsedAt).toBeNull();
  expect(await openKinds(classDate)).toEqual([]);
  scene.stack.zoom.control.clearFaults();
  await scene.sleep(2 * 60_000);
  await eventually('it is rehearsed', async () => (await classDate.reload()).rehearsedAt);
  expect(mailsTo(scene.stack, teacher.email)).toEqual([]);
  await isOver(classDate);
});
