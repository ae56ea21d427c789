import { formatInstant } from '../../../src/presenters/classTime';
import { cancelClass } from '../../../src/commands/cancelClass';
import { changeTeacher } from '../../../src/commands/changeTeacher';
import { reopenClass } from '../../../src/commands/reopenClass';
import { resendMails } from '../../../src/commands/resendMails';
import { rescheduleClass, type Reschedule } from '../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import type { User } from '../../../src/models/User';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { buildConnectedTeacher } from '../../support/teachers';

const GRACE = 'grace.hopper@teachers.example';
const WHOLE_MINUTE_MS = 60_000;

let scene: DrivenClasses;

beforeAll(async () => {
  scene = await startDrivenClasses();
});

afterAll(() => scene.close());

beforeEach(() => scene.mailbox.clear());

interface Booked {
  readonly classDate: ClassDate;
  readonly student: User;
  readonly guest: OrderGuest;
  readonly teacher: User;
}

/** With a student and a guest, so many minutes ahead on a whole minute. */
async function book(minutesAhead: number): Promise<Booked> {
  const teacher = await buildConnectedTeacher(scene.deps, scene.zoom);
  const student = await buildUser('student');
  const order = await buildOrder({ teacherId: teacher.id, userId: student.id });
  const startsAt = addMinutes(
    new Date(Math.ceil(scene.now().getTime() / WHOLE_MINUTE_MS) * WHOLE_MINUTE_MS),
    minutesAhead,
  );
  const classDate = await buildClassDate({ order, startsAt });
  const guest = await OrderGuest.create({ orderId: order.id, email: `guest${order.id}@example.test` });
  await buildPass(scene.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await buildPass(scene.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
  return { classDate, student, guest, teacher };
}

/** Booked and open, everybody mailed. */
async function open(minutesAhead = 20): Promise<Booked> {
  const booked = await book(minutesAhead);
  await scene.settle(booked.classDate.id);
  expect((await booked.classDate.reload()).state).toBe('ready');
  expect(scene.mailbox.messages()).toHaveLength(3);
  scene.mailbox.clear();
  return booked;
}

const local = (instant: Date) => instant.toISOString().slice(0, 16);

async function move(classDate: ClassDate, minutes: number, more: Partial<Reschedule> = {}) {
  const localStart = local(addMinutes((await classDate.reload()).startsAt, minutes));
  return rescheduleClass(scene.deps, { classDateId: classDate.id, localStart, ...more }, THE_SYSTEM);
}

const cancel = ({ id }: ClassDate, more = {}) => cancelClass(scene.deps, { classDateId: id, ...more }, THE_SYSTEM);
const reopen = ({ id }: ClassDate, more = {}) => reopenClass(scene.deps, { classDateId: id, ...more }, THE_SYSTEM);
const give = ({ id }: ClassDate, to: User, more = {}) =>
  changeTeacher(scene.deps, { classDateId: id, teacherId: to.id, ...more }, THE_SYSTEM);

/** Lets the edits be told. */
async function later({ id }: ClassDate, seconds = 61): Promise<void> {
  await scene.settle(id);
  scene.pass(seconds);
  await scene.settle(id);
}

const subjectsTo = (email: string) =>
  scene.mailbox
    .messages()
    .filter(({ to }) => to.includes(email))
    .map(({ subject }) => subject.replace(' - Maths 7B', ''));

const textTo = (email: string) => scene.mailbox.messages().find(({ to }) => to.includes(email))?.text ?? '';

async function rooms({ id }: ClassDate) {
  const markers = (await ZoomMeeting.findAll({ where: { classDateId: id } })).map(({ marker }) => marker);
  return scene.zoom.control
    .meetings()
    .filter(({ agenda, deleted }) => !deleted && markers.some((marker) => agenda.includes(marker)));
}

it('several edits that come together are told once, with what was told before, and reach Zoom once', async () => {
  const { classDate, student, guest, teacher } = await open();
  const updates = scene.zoom.control.callCount('meetingUpdate');
  await move(classDate, 60);
  await scene.settle(classDate.id);
  scene.pass(5);
  await move(classDate, 60);
  await move(classDate, 0, { durationMinutes: 90 });
  await scene.settle(classDate.id);
  expect(scene.mailbox.messages()).toHaveLength(0);
  await later(classDate);
  for (const email of [student.email, guest.email, teacher.email]) {
    expect(subjectsTo(email)).toEqual(['Your class has changed']);
    expect(textTo(email)).toContain('It lasts 1 hour 30 minutes, not 60 minutes.');
    expect(textTo(email)).toMatch(/It starts at .*, not at /);
  }
  expect(scene.zoom.control.callCount('meetingUpdate')).toBe(updates + 1);
  const [room] = await rooms(classDate);
  expect(room).toMatchObject({ startTime: `${classDate.startsAt.toISOString().slice(0, 19)}Z`, duration: 90 });
});

it('what is changed back before anything was told is told to nobody, and spares Zoom an update', async () => {
  const { classDate } = await open();
  const updates = scene.zoom.control.callCount('meetingUpdate');
  await move(classDate, 60);
  await scene.settle(classDate.id);
  await move(classDate, -60);
  await later(classDate);
  expect(scene.mailbox.messages()).toHaveLength(0);
  expect(scene.zoom.control.callCount('meetingUpdate')).toBe(updates);
  expect((await classDate.reload()).state).toBe('ready');
});

it('a class that is moved and then cancelled tells only that it is cancelled, with the time that people know', async () => {
  const { classDate, student } = await open();
  const known = classDate.startsAt;
  await move(classDate, 120);
  await cancel(classDate);
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class is cancelled']);
  expect(textTo(student.email)).toContain(formatInstant(known, 'Europe/Berlin'));
  expect(await rooms(classDate)).toEqual([]);
  const told = await MailDelivery.findAll({ where: { classDateId: classDate.id, kind: 'cancelled' } });
  scene.mailbox.clear();
  await resendMails(scene.deps, { ids: told.map(({ id }) => id), evenIfSent: true }, THE_SYSTEM);
  await scene.settle(classDate.id);
  expect(textTo(student.email)).toContain(formatInstant(known, 'Europe/Berlin'));
});

it('a class that is cancelled and reopened at once tells nobody; told, it says that it takes place after all', async () => {
  const { classDate, student, guest } = await open();
  await cancel(classDate);
  await reopen(classDate);
  await later(classDate);
  expect(scene.mailbox.messages()).toHaveLength(0);
  expect((await rooms(classDate)).length).toBe(1);

  await cancel(classDate);
  await later(classDate);
  expect(subjectsTo(guest.email)).toEqual(['Your class is cancelled']);
  expect(await rooms(classDate)).toEqual([]);
  await reopen(classDate);
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class is cancelled', 'Your class takes place after all']);
  expect((await rooms(classDate)).length).toBe(1);
});

it('a substitute gets the class, the former teacher is told, and the room comes to the new host', async () => {
  const { classDate, student, teacher } = await open();
  const substitute = await buildConnectedTeacher(scene.deps, scene.zoom, GRACE);
  await give(classDate, substitute);
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class has another teacher']);
  expect(textTo(student.email)).toContain(`${substitute.fullName} is the teacher, in place of ${teacher.fullName}.`);
  expect(subjectsTo(teacher.email)).toEqual(['A class is no longer yours']);
  expect(subjectsTo(substitute.email)).toEqual(['A class is yours now']);
  const [room, ...others] = await rooms(classDate);
  expect(others).toEqual([]);
  expect(room?.host).toBe(GRACE);
});

it('a class that is moved and then given away tells the former teacher of the time and length that they know', async () => {
  const { classDate, teacher } = await open();
  const known = classDate.startsAt;
  await move(classDate, 120, { durationMinutes: 45 });
  await give(classDate, await buildConnectedTeacher(scene.deps, scene.zoom, GRACE));
  await later(classDate);
  expect(subjectsTo(teacher.email)).toEqual(['A class is no longer yours']);
  const text = textTo(teacher.email);
  expect(text).toContain(formatInstant(known, teacher.timeZone ?? classDate.timeZone));
  expect(text).toContain('60 minutes');
  expect(text).not.toContain('45 minutes');
});

it('a class that is given away quietly tells neither teacher so; who has it now gets the way in when it is time', async () => {
  const { classDate } = await open();
  const substitute = await buildConnectedTeacher(scene.deps, scene.zoom, GRACE);
  await give(classDate, substitute, { notify: false });
  await later(classDate);
  expect(scene.mailbox.messages()).toHaveLength(1);
  expect(subjectsTo(substitute.email)).toEqual(['Start your class']);
});

it('weeks ahead the teachers are told, and nobody else, who has not been told anything yet', async () => {
  const { classDate, student, teacher } = await book(20 * 24 * 60);
  const substitute = await buildConnectedTeacher(scene.deps, scene.zoom, GRACE);
  await give(classDate, substitute);
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual([]);
  expect(subjectsTo(teacher.email)).toEqual(['A class is no longer yours']);
  expect(subjectsTo(substitute.email)).toEqual(['A class is yours now']);
  await give(classDate, teacher);
  await move(classDate, 60);
  await later(classDate);
  expect(subjectsTo(teacher.email)).toEqual(['A class is no longer yours', 'A class is yours now']);
  expect(subjectsTo(substitute.email)).toEqual(['A class is yours now', 'A class is no longer yours']);
});

it('a quiet edit tells nobody, and a later loud one tells what has changed since that', async () => {
  const { classDate, student } = await open();
  await move(classDate, 5, { notify: false });
  await later(classDate);
  expect(scene.mailbox.messages()).toHaveLength(0);
  const kept = { classDateId: classDate.id, kind: 'rescheduled', state: 'skipped' };
  expect(await MailDelivery.count({ where: kept })).toBe(3);
  await move(classDate, 0, { durationMinutes: 45 });
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class has another length']);
  expect(textTo(student.email)).not.toContain('It starts at');
});

it('a quiet edit does not silence a loud one that has not been told yet', async () => {
  const { classDate, student } = await open();
  await move(classDate, 5);
  await move(classDate, 5, { notify: false });
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class has been moved']);
});

it('a class that is moved away is reminded of again when it opens, and only then', async () => {
  const { classDate, student } = await open();
  await move(classDate, 180);
  await later(classDate);
  expect(subjectsTo(student.email)).toEqual(['Your class has been moved']);
  scene.pass(180 * 60);
  await scene.settle(classDate.id);
  expect(subjectsTo(student.email)).toEqual(['Your class has been moved', 'Your Class Starts Soon']);
  expect((await classDate.reload()).state).toBe('ready');
});

it('so it is with one that is moved away quietly', async () => {
  const { classDate, student } = await open();
  await move(classDate, 180, { notify: false });
  await later(classDate);
  expect(scene.mailbox.messages()).toHaveLength(0);
  scene.pass(180 * 60);
  await scene.settle(classDate.id);
  expect(subjectsTo(student.email)).toEqual(['Your Class Starts Soon']);
});

it('what waits at a mail server that does not answer is not sent when it is no longer so', async () => {
  const booked = await book(20);
  await scene.mailbox.addFault({ kind: 'down' });
  await scene.settle(booked.classDate.id);
  await cancel(booked.classDate);
  await scene.mailbox.clearFaults();
  scene.pass(10 * 60);
  await scene.settle(booked.classDate.id);
  expect(scene.mailbox.messages()).toHaveLength(0);
  const rows = await MailDelivery.findAll({ where: { classDateId: booked.classDate.id } });
  expect(rows.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped']);
});
