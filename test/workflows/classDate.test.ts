import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildUser } from '../factories/people';
import { at, book, cancel, ends, finish, openRooms, reaches, roomsAtZoom } from '../support/classScene';
import type { ClassStack } from '../support/classStack';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { connectTeacher, LICENSED_HOST } from '../support/teachers';

let scene: SkippingScene;
let stack: ClassStack;

beforeAll(async () => {
  scene = await startSkippingScene();
  stack = scene.stack;
});

afterAll(() => scene.close());

const booked: ClassDate[] = [];

afterEach(async () => {
  stack.zoom.control.clearFaults();
  stack.zoom.control.setBehaviour({ listLagMs: 0 });
  stack.mailbox.clear();
  for (const classDate of booked.splice(0)) await finish(scene, classDate);
});

async function bookHere(booking: Parameters<typeof book>[1]): Promise<ClassDate> {
  const classDate = await book(scene, booking);
  booked.push(classDate);
  return classDate;
}

async function hint(classDate: ClassDate, reason: string): Promise<void> {
  await stack.deps.temporal.hintClassDate(classDate, reason);
}

function meetingsOf(classDate: ClassDate): Promise<ZoomMeeting[]> {
  return ZoomMeeting.findAll({ where: { classDateId: classDate.id } });
}

async function allMailsAre(classDate: ClassDate, state: MailDelivery['state'], count: number): Promise<void> {
  await eventually(`${count} mails are ${state}`, async () => {
    const rows = await MailDelivery.count({ where: { classDateId: classDate.id, state } });
    return rows === count;
  });
}

describe('classDate', () => {
  it('sleeps until T−30 of a class 90 days away, then makes its room and mails its people', async () => {
    const classDate = await bookHere({ minutesAhead: 90 * 24 * 60 });
    await at(scene, classDate, -31);
    expect((await classDate.reload()).state).toBe('scheduled');
    expect(await meetingsOf(classDate)).toHaveLength(0);

    await at(scene, classDate, -29.9);
    await reaches(classDate, 'ready');
    await allMailsAre(classDate, 'sent', 3);
    expect(await openRooms(scene, classDate)).toBe(1);
    const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id } });
    expect(passes.map(({ linkQuality }) => linkQuality)).toEqual(['registrant', 'registrant']);
    expect(
      stack.mailbox
        .messages()
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual([
      'Start your class - Maths 7B',
      'Your Class Starts Soon - Maths 7B',
      'Your Class Starts Soon - Maths 7B',
    ]);
  });

  it('prepares at once a class that is booked late', async () => {
    const classDate = await bookHere({ minutesAhead: 4 });
    await reaches(classDate, 'ready');
    await allMailsAre(classDate, 'sent', 3);
  });

  it('misses a class that is over when found, without a room or a mail', async () => {
    const classDate = await bookHere({ minutesAhead: -120 });
    const missed = await reaches(classDate, 'missed');
    expect(missed.outcome).toBe('room_failed');
    expect(await meetingsOf(classDate)).toHaveLength(0);
    expect(await MailDelivery.count({ where: { classDateId: classDate.id } })).toBe(0);
  });

  it('goes on by itself when the teacher connects at T−10, and had told teacher and admins', async () => {
    const admin = await buildUser('admin');
    const teacher = await buildUser('teacher');
    const classDate = await bookHere({ minutesAhead: 60, teacherId: teacher.id });
    await at(scene, classDate, -29.9);
    await eventually('class waits for its teacher', async () => (await classDate.reload()).stateReason);
    expect(classDate).toMatchObject({ state: 'preparing', stateReason: 'teacher_not_connected' });
    await at(scene, classDate, -24);
    // The reminders lead to us, so they go out although there is no room yet. The teacher was told when this was booked.
    await allMailsAre(classDate, 'sent', 2);
    expect(await MailDelivery.count({ where: { classDateId: classDate.id } })).toBe(2);
    const warned = stack.mailbox.messages().map(({ to, subject }) => `${to} ${subject.split(' - ')[0]}`);
    expect(warned).toContain(`${teacher.email} Connect Zoom, so that your classes can open`);
    expect(warned).toContain(`${admin.email} Trouble: ${teacher.fullName} has no working Zoom connection`);

    await at(scene, classDate, -10);
    await connectTeacher(stack.deps, stack.zoom, teacher.id, LICENSED_HOST);
    await hint(classDate, 'teacher reconnected');
    await reaches(classDate, 'ready');
    await admin.update({ disabledAt: new Date() });
  });

  it('keeps trying while Zoom fails for 20 minutes, then makes one room', async () => {
    const classDate = await bookHere({ minutesAhead: 60 });
    stack.zoom.control.addFault({ kind: 'status', operation: 'meetingCreate', status: 503 });
    await at(scene, classDate, -29.9);
    await eventually('the attempt waits', async () => (await meetingsOf(classDate))[0]?.nextAttemptAt);
    await at(scene, classDate, -10);
    expect((await classDate.reload()).state).toBe('preparing');
    stack.zoom.control.clearFaults();
    await at(scene, classDate, -7);
    await reaches(classDate, 'ready');
    expect(await openRooms(scene, classDate)).toBe(1);
  });

  it('adopts the room whose making got no answer, instead of making another', async () => {
    stack.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    const before = stack.zoom.control.callCount('meetingCreate');
    const classDate = await bookHere({ minutesAhead: 25 });
    await scene.sleep(10_000);
    await reaches(classDate, 'ready');
    expect(await openRooms(scene, classDate)).toBe(1);
    const [meeting] = await meetingsOf(classDate);
    expect(meeting?.state).toBe('created');
    expect(stack.zoom.control.callCount('meetingCreate') - before).toBe(1);
  });

  it('makes a room after three looks when the first try never arrived', async () => {
    stack.zoom.control.addFault({ kind: 'reset', operation: 'meetingCreate', times: 1 });
    const before = stack.zoom.control.callCount('meetings');
    const classDate = await bookHere({ minutesAhead: 25 });
    await scene.sleep(2 * 60_000);
    await reaches(classDate, 'ready');
    expect(await openRooms(scene, classDate)).toBe(1);
    expect(stack.zoom.control.callCount('meetings') - before).toBe(3);
  });

  it('makes a room again that Zoom’s list hides, and removes the first when the list shows it', async () => {
    const { control } = stack.zoom;
    control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    control.setBehaviour({ listLagMs: 3_600_000 });
    const classDate = await bookHere({ minutesAhead: 25 });
    await scene.sleep(2 * 60_000);
    await reaches(classDate, 'ready');
    expect(await openRooms(scene, classDate)).toBe(2);
    const answered = (await meetingsOf(classDate)).map(({ meetingId }) => meetingId);
    control.setBehaviour({ listLagMs: 0 });
    // By then it is cancelled, too: its run does not end before that is looked for.
    await cancel(scene, classDate);
    await eventually('its own room is removed', async () => (await openRooms(scene, classDate)) === 1);
    const [left] = (await roomsAtZoom(scene, classDate)).filter(({ deleted }) => !deleted);
    expect(answered).not.toContain(String(left?.id));
    await scene.sleep(5 * 60_000);
    await eventually('the first is removed', async () => (await openRooms(scene, classDate)) === 0);
    await at(scene, classDate, -4);
    await ends(scene, classDate);
  });

  it('moves with a reschedule before T−30', async () => {
    const classDate = await bookHere({ minutesAhead: 120 });
    await at(scene, classDate, -60);
    const former = classDate.startsAt;
    await classDate.update({ startsAt: addMinutes(former, 60), version: 2, scheduleVersion: 2 });
    await hint(classDate, 'rescheduled');
    await scene.sleep(addMinutes(former, -20).getTime() - (await scene.now()).getTime());
    expect((await classDate.reload()).state).toBe('scheduled');
    await at(scene, classDate, -29.9);
    await reaches(classDate, 'ready');
    const [meeting] = await meetingsOf(classDate);
    expect(stack.zoom.control.meeting(meeting?.meetingId ?? '').startTime).toBe(
      `${classDate.startsAt.toISOString().slice(0, 19)}Z`,
    );
  });

  it('patches the room when a class is moved after it was made', async () => {
    const classDate = await bookHere({ minutesAhead: 20 });
    await reaches(classDate, 'ready');
    await classDate.update({ startsAt: addMinutes(classDate.startsAt, 5), version: 2, scheduleVersion: 2 });
    await hint(classDate, 'rescheduled');
    const [meeting] = await meetingsOf(classDate);
    await eventually('the room has moved', async () => (await meeting?.reload())?.syncedVersion === 2);
    expect(await openRooms(scene, classDate)).toBe(1);
  });

  it('does nothing for a class that is cancelled before T−30', async () => {
    const classDate = await bookHere({ minutesAhead: 60 });
    await classDate.update({ state: 'cancelled', outcome: 'cancelled', version: 2 });
    await hint(classDate, 'cancelled');
    await at(scene, classDate, 10);
    expect(await meetingsOf(classDate)).toHaveLength(0);
    expect(await MailDelivery.count({ where: { classDateId: classDate.id } })).toBe(0);
  });

  it('removes the room of a class that is cancelled after it was made, and tells those who were told', async () => {
    const classDate = await bookHere({ minutesAhead: 20 });
    await reaches(classDate, 'ready');
    await allMailsAre(classDate, 'sent', 3);
    await classDate.update({ state: 'cancelled', outcome: 'cancelled', version: 2 });
    await hint(classDate, 'cancelled');
    await eventually('the room is gone', async () => (await openRooms(scene, classDate)) === 0);
    await allMailsAre(classDate, 'sent', 6);
  });

  it('asks Zoom at T+5, tells the teacher, closes and settles a class that nobody came to', async () => {
    const classDate = await bookHere({ minutesAhead: 20 });
    await reaches(classDate, 'ready');
    await at(scene, classDate, 6);
    await eventually('the class is watched', async () => (await classDate.reload()).watchedAt);
    await at(scene, classDate, 76);
    await reaches(classDate, 'ended');
    await at(scene, classDate, 151);
    const settled = await reaches(classDate, 'settled');
    expect(settled.outcome).toBe('nobody_came');
    const subjects = stack.mailbox.messages().map(({ subject }) => subject);
    expect(subjects).toContain('Your students are waiting - Maths 7B');
  });

  it('keeps an overrunning class open while Zoom says that it runs', async () => {
    const classDate = await bookHere({ minutesAhead: 20 });
    await reaches(classDate, 'ready');
    const [meeting] = await meetingsOf(classDate);
    stack.zoom.control.hostStart(meeting?.meetingId ?? '');
    await at(scene, classDate, 6);
    await reaches(classDate, 'live');
    await at(scene, classDate, 80);
    await eventually('the class overruns', async () => (await classDate.reload()).stateReason === 'overrun');
    expect(classDate.closedAt).toBeNull();
    stack.zoom.control.end(meeting?.meetingId ?? '');
    await at(scene, classDate, 90);
    await reaches(classDate, 'ended');
  });
});
