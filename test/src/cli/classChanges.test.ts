import { addMinutes } from '../../../src/domain/clock';
import { BookOrder } from '../../../src/models/BookOrder';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { runCommands } from '../../support/cli';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

const run = (...commands: (readonly string[])[]) => runCommands(commands, { settings: site.settings });

const inADay = () => addMinutes(new Date(), 24 * 60);

it('a class is moved, given to another teacher, cancelled and reopened; once each, and nothing in a trial', async () => {
  const classDate = await buildClassDate({ startsAt: inADay() });
  const teacher = await buildUser('teacher');
  const id = String(classDate.id);
  const edits = [
    ['class-dates', 'reschedule', id, '--start', '2030-01-15T10:00', '--zone', 'Europe/Berlin', '--minutes', '45'],
    ['class-dates', 'teacher', id, String(teacher.id)],
    ['class-dates', 'cancel', id],
  ];
  const tried = await run(...edits.map((edit) => [...edit, '--dry-run']));
  expect(tried.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(tried[0]?.out).toContain('would be scheduled, 2030-01-15T10:00 (Europe/Berlin), 45 minutes');
  expect(tried[2]?.out).toContain('would be cancelled');
  expect(await classDate.reload()).toMatchObject({ version: 1, state: 'scheduled', timeZone: 'UTC' });

  const done = await run(...edits, ['class-dates', 'cancel', id], ['class-dates', 'reopen', id, '--json']);
  expect(done.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  expect(done[0]?.err).toContain('The teacher has not connected Zoom.');
  expect(done[3]?.out).toContain('is so already; nothing has changed');
  expect(JSON.parse(done[4]?.out ?? '')).toMatchObject({ changed: true, state: 'scheduled', teacherId: teacher.id });
  const moved = { localStart: '2030-01-15T10:00', startsAt: new Date('2030-01-15T09:00:00Z'), durationMinutes: 45 };
  expect(await classDate.reload()).toMatchObject({ ...moved, version: 5, state: 'scheduled', teacherId: teacher.id });
});

it('says what is wrong, with the exit code of its kind', async () => {
  const live = await buildClassDate({ state: 'live' });
  const id = String(live.id);
  const [nobody, past, none, refused, forced] = await run(
    ['class-dates', 'teacher', id, '999999'],
    ['class-dates', 'reschedule', id, '--start', '2020-01-01T10:00'],
    ['class-dates', 'cancel', '999999'],
    ['class-dates', 'cancel', id],
    ['class-dates', 'cancel', id, '--force', '--quiet'],
  );
  expect([nobody?.code, nobody?.err.trim()]).toEqual([64, 'Choose a teacher.']);
  expect([past?.code, past?.err]).toEqual([64, expect.stringContaining('This is in the past.')]);
  expect([none?.code, none?.err.trim()]).toEqual([1, 'There is no such class date.']);
  expect([refused?.code, refused?.err]).toEqual([1, expect.stringContaining('This class is live')]);
  expect([forced?.code, (await live.reload()).state]).toEqual([0, 'cancelled']);
});

it('an order is changed and cancelled with its class dates', async () => {
  const classDate = await buildClassDate({ startsAt: inADay() });
  const [teacher, buyer] = [await buildUser('teacher'), await buildUser('student')];
  const id = String(classDate.orderId);
  const change = ['orders', 'change', id, '--title', 'Maths 8', '--teacher', `${teacher.id}`, '--buyer', `${buyer.id}`];
  const [tried, changed, again, cancelled] = await run([...change, '--dry-run', '--json'], change, change, [
    'orders',
    'cancel',
    id,
  ]);
  expect(JSON.parse(tried?.out ?? '')).toEqual({ orderId: classDate.orderId, changed: true, classDates: 1 });
  expect(changed?.out.trim()).toBe(`Order ${id} is changed, and with it class dates: 1.`);
  expect(again?.out.trim()).toBe(`Order ${id} is so already; nothing has changed.`);
  expect(cancelled?.out.trim()).toBe(`Order ${id} is cancelled, and with it class dates: 1.`);
  const order = await BookOrder.findByPk(classDate.orderId);
  expect(order).toMatchObject({ title: 'Maths 8', teacherId: teacher.id, userId: buyer.id });
  expect(await classDate.reload()).toMatchObject({ state: 'cancelled', teacherId: teacher.id });
});

it('a room that was changed at Zoom is put back; not in a trial, and not where nothing was changed', async () => {
  const classDate = await buildClassDate({ startsAt: inADay(), state: 'ready' });
  const meeting = await buildMeeting(site.deps.encryption, classDate, { syncedVersion: 1 });
  const putBack = ['class-dates', 'put-room-back', String(classDate.id)];
  const [nothing] = await run(putBack);
  expect(nothing?.out.trim()).toBe(
    `The room of class date ${classDate.id} is as the class is; there is nothing to put back.`,
  );
  await ClassRisk.create({ classDateId: classDate.id, kind: 'meeting_changed', isOpen: true, since: new Date() });
  const [tried] = await run([...putBack, '--dry-run']);
  expect(tried?.out.trim()).toBe(`The room of class date ${classDate.id} would be put back, as soon as Zoom takes it.`);
  expect((await meeting.reload()).syncedVersion).toBe(1);
  const [done, json] = await run(putBack, [...putBack, '--json']);
  expect([done?.code, done?.out.trim()]).toEqual([
    0,
    `The room of class date ${classDate.id} is put back, as soon as Zoom takes it.`,
  ]);
  expect(JSON.parse(json?.out ?? '')).toEqual({ classDateId: classDate.id, changed: true });
  expect((await meeting.reload()).syncedVersion).toBe(0);
  const where = { action: 'room_put_back', entityId: classDate.id } as const;
  expect(await ZoomAuditLog.count({ where })).toBe(2);
});
