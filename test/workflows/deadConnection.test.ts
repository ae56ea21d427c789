import { startAsHost } from '../../src/commands/startAsHost';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { ClassDate } from '../../src/models/ClassDate';
import type { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { buildUser } from '../factories/people';
import { at, book, cancel, ends, reaches } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { buildConnectedTeacher, LICENSED_HOST } from '../support/teachers';
import { connectAtStandIn } from '../../src/dev/demo/connectAtStandIn';
import { freshToken } from '../../src/zoom/freshToken';

/*
 * A connection that dies, or never was, at each moment that matters: its teacher and the admins are told, and the class
 * goes on by itself once the teacher has connected again.
 */

let scene: SkippingScene;
let admin: User;

beforeAll(async () => {
  scene = await startSkippingScene({ together: true });
  admin = await buildUser('admin');
});

afterAll(() => scene.close());

afterEach(async () => {
  scene.stack.mailbox.clear();
  await ZoomConnection.destroy({ where: {} });
});

const MINUTE_MS = 60_000;
const mailsTo = ({ email }: User) => scene.stack.mailbox.messages().filter(({ to }) => to === email).length;

/** To so many minutes before the class, in steps that leave every workflow the time to follow. */
async function until(minutesBefore: number, classDate: ClassDate): Promise<void> {
  const leftMs = async () => classDate.startsAt.getTime() - minutesBefore * MINUTE_MS - (await scene.now()).getTime();
  while ((await leftMs()) > 60 * MINUTE_MS) await scene.sleep(60 * MINUTE_MS);
  await at(scene, classDate, -minutesBefore);
}

/** The teacher takes the consent back at Zoom, and we meet it at the next call. */
async function dies(teacher: User): Promise<void> {
  scene.stack.zoom.control.revoke(LICENSED_HOST);
  const { version } = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
  await expect(freshToken(scene.stack.deps, teacher.id, version)).rejects.toThrow('connect Zoom again');
}

async function areTold(teacher: User): Promise<void> {
  await eventually('the teacher is told', () => mailsTo(teacher) > 0);
  await eventually('the admin is told', () => mailsTo(admin) > 0);
}

/** As the teacher does it: by Zoom's consent, which is all that anybody has to do. */
const connectsAgain = (teacher: User) => connectAtStandIn(scene.stack.deps, teacher.id, LICENSED_HOST);

async function isOver(classDate: ClassDate): Promise<void> {
  await cancel(scene, await classDate.reload());
  await ends(scene, classDate);
}

it.each([
  ['25 hours before a class', 26 * 60, 25 * 60],
  ['as the room is about to be made', 3 * 60, 30.5],
])('dies %s', async (_when, bookedBefore, diesBefore) => {
  const teacher = await buildConnectedTeacher(scene.stack.deps, scene.stack.zoom);
  const classDate = await book(scene, { minutesAhead: bookedBefore, teacherId: teacher.id });
  await until(diesBefore, classDate);
  await dies(teacher);
  await areTold(teacher);
  await until(25, classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'preparing', stateReason: 'teacher_not_connected' });
  await connectsAgain(teacher);
  await reaches(classDate, 'ready');
  await isOver(classDate);
});

it('dies a minute before a class whose room is there', async () => {
  const teacher = await buildConnectedTeacher(scene.stack.deps, scene.stack.zoom);
  const classDate = await book(scene, { minutesAhead: 40, teacherId: teacher.id });
  await until(1, classDate);
  await reaches(classDate, 'ready');
  const before = mailsTo(teacher);
  await dies(teacher);
  const start = () => startAsHost(scene.stack.deps, teacher.id, classDate.id, THE_SYSTEM);
  await expect(start()).rejects.toThrow('Connect Zoom again, then start.');
  await eventually('the teacher is told', () => mailsTo(teacher) > before);
  await connectsAgain(teacher);
  expect(await start()).toContain(`${scene.stack.zoom.url}/s/`);
  await isOver(classDate);
});

it('never was', async () => {
  const teacher = await buildUser('teacher');
  const classDate = await book(scene, { minutesAhead: 25 * 60, teacherId: teacher.id });
  await until(23 * 60, classDate);
  await areTold(teacher);
  await until(20, classDate);
  await connectsAgain(teacher);
  await reaches(classDate, 'ready');
  await isOver(classDate);
});

it('never was, and a class is booked after the last warning', async () => {
  const teacher = await buildUser('teacher');
  const first = await book(scene, { minutesAhead: 4 * 60, teacherId: teacher.id });
  await until(30, first);
  await eventually('the teacher has been reminded', () => mailsTo(teacher) >= 2);
  await isOver(first);
  await scene.sleep(3 * 60 * MINUTE_MS);
  const told = mailsTo(teacher);

  const second = await book(scene, { minutesAhead: 20, teacherId: teacher.id });
  await eventually('the teacher is told of this class too', () => mailsTo(teacher) > told);
  await connectsAgain(teacher);
  await reaches(second, 'ready');
  await isOver(second);
});
