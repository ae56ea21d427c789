import { generateMeetings } from '../../../src/commands/generateMeetings';
import { classTimes } from '../../../src/domain/classTimes';
import { addMinutes } from '../../../src/domain/clock';
import { LEAST_CAPACITY, utcDay } from '../../../src/domain/hostLimits';
import { BookOrder } from '../../../src/models/BookOrder';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildMeeting } from '../../factories/meetings';
import { fingerprintOf } from '../../support/fingerprint';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';
import { RecordingTemporal } from '../../support/recordingTemporal';

let site: ZoomSite;
let temporal: RecordingTemporal;
let teacherId: number;

beforeAll(async () => {
  site = await startZoomSite();
  teacherId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
});

beforeEach(async () => {
  temporal = new RecordingTemporal();
  await site.deps.db.query('DELETE FROM zoom_meetings');
  await site.deps.db.query('DELETE FROM workflow_outbox');
  for (const table of ['mail_deliveries', 'zoom_secure_tokens', 'class_risks', 'class_dates']) {
    await site.deps.db.query(`DELETE FROM ${table}`);
  }
});

afterAll(() => site.close());

async function classIn(minutes: number, fields: Parameters<typeof buildClassDate>[0] = {}): Promise<ClassDate> {
  const order = await buildOrder({ teacherId });
  return buildClassDate({ order, startsAt: addMinutes(new Date(), minutes), ...fields });
}

async function generate(due: Parameters<typeof generateMeetings>[1], { dryRun = false } = {}) {
  const classes = await generateMeetings({ ...site.deps, temporal }, due, { dryRun });
  return classes.map(({ classDateId, meeting }) => [classDateId, meeting]);
}

const day = () => ({ from: addMinutes(new Date(), -1440), to: addMinutes(new Date(), 1440) });

it('says of each class how it stands, and tries those that lack a meeting, whatever they wait for', async () => {
  const over = await classIn(-300, { state: 'settled' });
  const made = await classIn(5, { state: 'ready' });
  await buildMeeting(site.deps.encryption, made);
  const due = await classIn(10);
  const putOff = await classIn(12, { state: 'preparing' });
  const later = addMinutes(new Date(), 60);
  const { id } = await buildMeeting(site.deps.encryption, putOff, { state: 'failed', nextAttemptAt: later });
  const lost = await classIn(13, { state: 'preparing' });
  await buildMeeting(site.deps.encryption, lost, { state: 'unknown', nextAttemptAt: later });
  const unconnected = await classIn(14, {
    order: await buildOrder(),
    state: 'preparing',
    stateReason: 'teacher_not_connected',
  });
  const early = await classIn(600);
  const expected = [
    [over.id, 'over'],
    [made.id, 'has its meeting'],
    [due.id, 'would be made now'],
    [putOff.id, 'tried again later'],
    [lost.id, 'not known whether it was made'],
    [unconnected.id, 'waits for its teacher'],
    [early.id, 'not due yet'],
  ];
  expect(await generate(day(), { dryRun: true })).toEqual(expected);
  expect(temporal.hints).toEqual([]);
  expect((await ZoomMeeting.findByPk(id))?.nextAttemptAt).toEqual(later);

  expect(await generate(day())).toEqual(expected);
  const told = [due, putOff, lost].map((classDate) => `${classDate.id}: retry now`);
  expect([...temporal.hints].sort()).toEqual(told.sort());
  expect((await ZoomMeeting.findByPk(id))?.nextAttemptAt).toBeNull();
  expect(await generate(day(), { dryRun: true })).toContainEqual([putOff.id, 'would be made now']);
  // A meeting that may be there already is not asked for again before it has been looked for.
  expect(await generate(day(), { dryRun: true })).toContainEqual([lost.id, 'not known whether it was made']);
});

it('says what a class waits for, and what has been found wrong with it', async () => {
  const early = await classIn(600);
  await ClassRisk.create({ classDateId: early.id, kind: 'clash', since: new Date(), isOpen: true });
  const [found] = await generateMeetings({ ...site.deps, temporal }, day(), { dryRun: true });
  expect(found).toMatchObject({ classDateId: early.id, risks: ['clash'], waitingFor: 'rehearses' });
  await ClassRisk.destroy({ where: {} });
});

describe('what would come', () => {
  const DAYS = 1440;
  const inThreeDays = () => ({ from: addMinutes(new Date(), 2 * DAYS), to: addMinutes(new Date(), 4 * DAYS) });

  async function foretell(due: Parameters<typeof generateMeetings>[1], now = new Date()) {
    const classes = await generateMeetings({ ...site.deps, temporal, clock: { now: () => now } }, due, {
      dryRun: true,
    });
    return new Map(classes.map((one) => [one.classDateId, one]));
  }

  it('tells of what the first rehearsal would find, and who would hear of it, and keeps nothing of that', async () => {
    const [one, other] = [await classIn(3 * DAYS), await classIn(3 * DAYS + 30)];
    const unconnected = await classIn(3 * DAYS, { order: await buildOrder() });
    const well = await classIn(3 * DAYS + 600);
    const before = await fingerprintOf(site.deps);
    const found = await foretell(inThreeDays());
    const at = addMinutes(one.startsAt, -DAYS);
    expect(found.get(one.id)).toMatchObject({ meeting: 'not due yet', risks: [] });
    expect(found.get(one.id)?.foretold).toEqual([{ kind: 'clash', detail: `${other.id}`, at, tells: 'teacher' }]);
    expect(found.get(other.id)?.foretold).toMatchObject([{ kind: 'clash', detail: `${one.id}` }]);
    const noConnection = { kind: 'connection', detail: null, tells: 'teacher' };
    expect(found.get(unconnected.id)?.foretold).toMatchObject([noConnection]);
    expect(found.get(well.id)?.foretold).toEqual([]);
    expect(await fingerprintOf(site.deps)).toBe(before);
  });

  it('says once what has been found already, and nothing of a class that is cancelled', async () => {
    const [one, other] = [await classIn(600), await classIn(630)];
    await one.update({ rehearsedAt: new Date(), rehearsedVersion: 1 });
    await ClassRisk.create({ classDateId: one.id, kind: 'clash', since: new Date(), isOpen: true });
    const now = new Date();
    const found = await foretell(day(), now);
    expect(found.get(one.id)).toMatchObject({ risks: ['clash'], foretold: [] });
    // Booked for so soon, it is rehearsed at the next look.
    expect(found.get(other.id)?.foretold).toMatchObject([{ kind: 'clash', at: now }]);
    await one.update({ state: 'cancelled' });
    const after = await foretell(day(), now);
    expect(after.get(one.id)).toMatchObject({ meeting: 'over', foretold: [], mails: [] });
    expect(after.get(other.id)?.foretold).toEqual([]);
  });

  it('tells of bad addresses, too many rooms on a day, a long class of a Basic host and too many people', async () => {
    const basic = await buildOrder({
      teacherId: (await buildConnectedTeacher(site.deps, site.zoom, 'basil.basic@teachers.example')).id,
    });
    const classDate = await classIn(3 * DAYS, { order: basic });
    await bookPasses(classDate, LEAST_CAPACITY + 1);
    await site.deps.db.query(
      `INSERT INTO zoom_meeting_writes (user_id, day, writes) VALUES (${basic.teacherId}, :day, 100)`,
      { replacements: { day: utcDay(classTimes(classDate).opensAt).from.toISOString().slice(0, 10) } },
    );
    const found = await foretell(inThreeDays());
    const kinds = found.get(classDate.id)?.foretold.map(({ kind }) => kind);
    expect(kinds?.sort()).toEqual(['addresses', 'capacity', 'licence_length', 'quota']);
  });

  it('lists the mails to come, each with whom it goes to, but those that are planned already', async () => {
    const classDate = await classIn(3 * DAYS, { furtherReminders: '2880' });
    const { userId } = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email: 'mum@example.org' });
    const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email: 'bo@example.org' });
    await buildPass(site.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
    const early = { kind: 'early_reminder', minutesBefore: 2880, at: addMinutes(classDate.startsAt, -2880) };
    const remind = { minutesBefore: 0, at: addMinutes(classDate.startsAt, -25) };
    const mails = async () => (await foretell(inThreeDays())).get(classDate.id)?.mails;
    const reminders = [
      { ...remind, kind: 'class_reminder', to: `user:${userId}` },
      { ...remind, kind: 'guest_invitation', to: `guest:${guest.id}` },
      { ...remind, kind: 'teacher_start', to: `user:${teacherId}` },
    ];
    const toBuyer = { ...early, to: `user:${userId}` };
    const toGuest = { ...early, to: `guest:${guest.id}` };
    expect(await mails()).toEqual([toBuyer, toGuest, ...reminders]);
    await buildMail(classDate, pass, { kind: 'early_reminder', minutesBefore: 2880, recipientKey: `user:${userId}` });
    expect(await mails()).toEqual([toGuest, ...reminders]);
  });

  it('says that a teacher without Zoom gets no way to start, but hears at T−30 that there is no room', async () => {
    const classDate = await classIn(3 * DAYS, { order: await buildOrder() });
    const at = addMinutes(classDate.startsAt, -30);
    const mail = { kind: 'teacher_not_connected', minutesBefore: 0, to: `user:${classDate.teacherId}`, at };
    expect((await foretell(inThreeDays())).get(classDate.id)?.mails).toEqual([mail]);
  });

  it('counts in real hours on a day on which the clocks change', async () => {
    const berlin = { timeZone: 'Europe/Berlin', furtherReminders: '1440' };
    const at = (local: string, utc: string) => classIn(0, { ...berlin, localStart: local, startsAt: new Date(utc) });
    // At 02:00 it is 03:00: by the clock on the wall half an hour is between the two, and in truth they overlap.
    const before = await at('2027-03-28T01:30', '2027-03-28T00:30:00Z');
    const after = await at('2027-03-28T03:00', '2027-03-28T01:00:00Z');
    const dayAfter = await at('2027-03-29T03:00', '2027-03-29T01:00:00Z');
    const { userId } = await BookOrder.findByPk(after.orderId, { rejectOnEmpty: true });
    await buildPass(site.deps.signingKeys, after, { userId, email: 'bo@example.org' });
    const span = { from: new Date('2027-03-27T23:00:00Z'), to: new Date('2027-03-29T22:00:00Z') };
    const found = await foretell(span, new Date('2027-03-26T12:00:00Z'));
    expect([...found.keys()]).toEqual([before.id, after.id, dayAfter.id]);
    expect(found.get(before.id)?.foretold).toMatchObject([{ kind: 'clash', at: new Date('2027-03-27T00:30:00Z') }]);
    expect(found.get(after.id)?.foretold).toMatchObject([{ kind: 'clash', at: new Date('2027-03-27T01:00:00Z') }]);
    expect(found.get(dayAfter.id)?.foretold).toEqual([]);
    expect(found.get(after.id)?.mails.map((mail) => [mail.kind, mail.at.toISOString()])).toEqual([
      ['early_reminder', '2027-03-27T01:00:00.000Z'],
      ['class_reminder', '2027-03-28T00:35:00.000Z'],
      ['teacher_start', '2027-03-28T00:35:00.000Z'],
    ]);
  });
});

/** So many guests, one of them at no address. */
async function bookPasses(classDate: ClassDate, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const email = index === 0 ? 'nowhere' : `guest${index}@example.org`;
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email });
    await buildPass(site.deps.signingKeys, classDate, { guestId: guest.id, email });
  }
}

it('without a span looks at the classes whose room should be open', async () => {
  const later = await classIn(31);
  const soon = await classIn(29);
  const running = await classIn(-30, { state: 'live' });
  const over = await classIn(-90, { state: 'ended', closedAt: new Date() });
  expect((await generate('now', { dryRun: true })).map(([id]) => id)).toEqual([running.id, soon.id]);
  const span = { from: soon.startsAt, to: new Date(soon.startsAt.getTime() + 1) };
  expect((await generate(span, { dryRun: true })).map(([id]) => id)).toEqual([soon.id]);
  const after = await generate({ from: soon.startsAt }, { dryRun: true });
  expect(after.map(([id]) => id)).toEqual([soon.id, later.id]);
  const before = await generate({ to: soon.startsAt }, { dryRun: true });
  expect(before.map(([id]) => id)).toEqual([over.id, running.id]);
});

it('is of no use to a teacher without a connection, and says so', async () => {
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: teacherId } });
  const waiting = await classIn(5);
  expect(await generate('now')).toEqual([[waiting.id, 'waits for its teacher']]);
  expect(temporal.hints).toEqual([]);
});
