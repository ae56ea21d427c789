import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { at, book, cancel, ends, mailsTo, openRooms, reaches, studentAddresses } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { buildConnectedTeacher } from '../support/teachers';

/*
 * What a class needs is away from before its room is to open until long after: a class that is not over by then takes
 * place, each of its people hears of it once, and one that is over says so.
 */

let scene: SkippingScene;

beforeAll(async () => {
  scene = await startSkippingScene({ together: true });
});

afterAll(() => scene.close());

afterEach(async () => {
  await repair();
  await ZoomConnection.destroy({ where: {} });
  scene.stack.mailbox.clear();
});

const MINUTE_MS = 60_000;
/** The outage begins so long before the class. */
const BEGINS = 31;
/** Longer than anything waits before it tries again: a look whether the mail server answers is the slowest. */
const AFTER_MS = 6 * MINUTE_MS;
const SHORT = 60;
const LONG = 240;

type Broken = 'database' | 'silent database' | 'Zoom' | 'mail server' | 'all of them';

function breakDown(broken: Broken): Promise<unknown> | void {
  const { databaseLine, zoom, mailbox } = scene.stack;
  switch (broken) {
    case 'database':
      return databaseLine.become('cut');
    case 'silent database':
      return databaseLine.become('silent');
    case 'Zoom':
      for (const operation of [{}, { operation: 'tokenRefresh' }]) {
        zoom.control.addFault({ kind: 'status', status: 503, ...operation });
      }
      return;
    case 'mail server':
      return mailbox.addFault({ kind: 'down' });
    case 'all of them':
      databaseLine.become('cut');
      void breakDown('Zoom');
      return breakDown('mail server');
  }
}

async function repair(): Promise<void> {
  const { databaseLine, zoom, mailbox } = scene.stack;
  databaseLine.become('up');
  zoom.control.clearFaults();
  await mailbox.clearFaults();
}

async function bookOne(minutes: number, teacherId: number): Promise<ClassDate> {
  const classDate = await book(scene, { minutesAhead: 45, teacherId, hinted: false });
  await classDate.update({ durationMinutes: minutes });
  await scene.stack.deps.temporal.hintClassDate(classDate, 'booked');
  return classDate;
}

/** Both classes of a teacher, through an outage of so many minutes. */
async function live(broken: Broken, minutes: number): Promise<{ short: ClassDate; long: ClassDate }> {
  const teacher = await buildConnectedTeacher(scene.stack.deps, scene.stack.zoom);
  const [short, long] = [await bookOne(SHORT, teacher.id), await bookOne(LONG, teacher.id)];
  await at(scene, long, -BEGINS);
  const rooms = scene.stack.zoom.control.meetings().length;
  // The teacher has been told by then that the two classes are at one time.
  const mails = scene.stack.mailbox.messages().length;
  await breakDown(broken);
  await at(scene, long, minutes - BEGINS);
  // It was an outage indeed.
  const { zoom, mailbox } = scene.stack;
  const sent = mailbox.messages().slice(mails);
  expect(broken === 'mail server' ? sent : zoom.control.meetings().slice(rooms)).toEqual([]);
  await repair();
  await scene.sleep(AFTER_MS);
  return { short, long };
}

async function isPrepared(classDate: ClassDate): Promise<void> {
  await reaches(classDate, 'ready');
  expect(await openRooms(scene, classDate)).toBe(1);
  const addresses = await studentAddresses(classDate);
  const reminders = () => addresses.map((address) => mailsTo(scene.stack, address).length);
  await eventually('everybody has been told', () => reminders().every((count) => count > 0));
  expect(reminders()).toEqual(addresses.map(() => 1));
  const teacherMails = { classDateId: classDate.id, kind: 'teacher_start', state: 'sent' } as const;
  await eventually('the teacher has been told', () => MailDelivery.count({ where: teacherMails }));
}

async function areOver(...classDates: ClassDate[]): Promise<void> {
  for (const classDate of classDates) {
    await cancel(scene, await classDate.reload());
    // A room that was given up is looked for until shortly before the start.
    await at(scene, classDate, -4);
    await ends(scene, classDate);
    const open = { classDateId: classDate.id, state: ['queued', 'sending', 'data_sent'] };
    expect(await MailDelivery.count({ where: open })).toBe(0);
    expect(await openRooms(scene, classDate)).toBe(0);
  }
}

const ALL: readonly Broken[] = ['database', 'silent database', 'Zoom', 'mail server', 'all of them'];
/** A database that is silent for long is no other than one that is silent, but each look waits for it in real time. */
const WITHOUT_ROOM: readonly Broken[] = ['database', 'Zoom', 'all of them'];

it.each(ALL)('15 minutes without %s: both classes are prepared before they start', async (broken) => {
  const { short, long } = await live(broken, 15);
  await isPrepared(short);
  await isPrepared(long);
  await areOver(short, long);
});

it.each(WITHOUT_ROOM)(
  '120 minutes without %s: the class that goes on is prepared, the one that is over says so',
  async (broken) => {
    const { short, long } = await live(broken, 120);
    await isPrepared(long);
    expect(await reaches(short, 'missed')).toMatchObject({ outcome: 'room_failed' });
    expect(await openRooms(scene, short)).toBe(0);
    await areOver(long);
  },
);

it('120 minutes without mail server: the rooms are there, and mails go out to the class that goes on', async () => {
  const { short, long } = await live('mail server', 120);
  await isPrepared(long);
  const reminders = await MailDelivery.findAll({ where: { classDateId: short.id, kind: 'class_reminder' } });
  expect(reminders.map(({ state }) => state)).toEqual(reminders.map(() => 'failed'));
  for (const { lastError } of reminders) expect(lastError).toContain('no longer help');
  await areOver(long);
});
