import { randomBytes } from 'node:crypto';
import { openIncident } from '../../../src/commands/openIncident';
import { planMails, SUPERSEDED, TOO_LATE } from '../../../src/commands/planMails';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind, MailState } from '../../../src/domain/mails';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { User } from '../../../src/models/User';
import { DISABLED } from '../../../src/queries/loadMails';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { startMailSite, type MailSite } from '../../support/mailSite';

const LEAD_MINUTES = 30;

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

/** A class that opens now, whose teacher was told of the missing connection so many minutes ago. */
async function classAfterMail(minutesAgo: number, state: MailState = 'sent'): Promise<ClassDate> {
  const now = new Date();
  const classDate = await buildClassDate({ startsAt: addMinutes(now, LEAD_MINUTES) });
  const userId = classDate.teacherId;
  await openIncident(site.deps, { cause: 'teacher_connection', userId }, null);
  const incident = await Incident.findOne({ where: { userId }, rejectOnEmpty: true });
  await MailDelivery.create({
    ...{ incidentId: incident.id, userId, recipientKey: `user:${userId}`, kind: 'connect_zoom', version: 1 },
    ...{ state, messageKey: randomBytes(16).toString('hex') },
    ...{ nextAttemptAt: now, usefulUntil: now, createdAt: addMinutes(now, -minutesAgo) },
  });
  await planMails({ classDateId: classDate.id, now, kinds: ['teacher_not_connected', 'class_reminder'] });
  return classDate;
}

const warnings = ({ id }: ClassDate) =>
  MailDelivery.count({ where: { classDateId: id, kind: 'teacher_not_connected' } });

it('warns a teacher at T−30 of a connection that has been missing for long', async () => {
  expect(await warnings(await classAfterMail(3 * 60))).toBe(1);
});

it('does not warn a teacher who has been told within the hour, or has just now been', async () => {
  expect(await warnings(await classAfterMail(50))).toBe(0);
  expect(await warnings(await classAfterMail(0))).toBe(0);
});

it('warns a teacher whose mail of it was left out', async () => {
  expect(await warnings(await classAfterMail(0, 'skipped'))).toBe(1);
});

/** A class with two further reminders that starts in so many minutes, and what its ledger says of them. */
async function remindEarly(classDate: ClassDate, due: readonly number[], now = new Date()) {
  await planMails({ classDateId: classDate.id, now, kinds: [], earlyReminders: due });
  const rows = await MailDelivery.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
  const lines = rows.map(({ recipientKey, version, minutesBefore, state }) =>
    [recipientKey.split(':')[0], version, minutesBefore, state].join(' '),
  );
  return lines.sort();
}

async function classWithPeople(minutesAhead: number): Promise<ClassDate> {
  const order = await buildOrder({ guests: ['early@example.test'] });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), minutesAhead) });
  const [guest] = await OrderGuest.findAll({ where: { orderId: order.id } });
  await buildPass(site.deps.signingKeys, classDate, { userId: order.userId, email: 'buyer@example.test' });
  await buildPass(site.deps.signingKeys, classDate, { guestId: guest?.id ?? 0, email: 'early@example.test' });
  return classDate;
}

it('reminds everybody early, each of them once for each time that is set', async () => {
  const classDate = await classWithPeople(24 * 60);
  const once = ['guest 1 1440 queued', 'user 1 1440 queued'];
  expect(await remindEarly(classDate, [1440])).toEqual(once);
  expect(await remindEarly(classDate, [1440])).toEqual(once);
  const [both, again] = await Promise.all([1, 2].map(() => remindEarly(classDate, [1440, 120])));
  expect(both).toEqual(again);
  expect(both).toHaveLength(4);
});

it('leaves out a reminder that comes too late, and says so', async () => {
  const classDate = await classWithPeople(3 * 60);
  expect(await remindEarly(classDate, [1440])).toEqual(['guest 1 1440 skipped', 'user 1 1440 skipped']);
  const row = await MailDelivery.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  expect(row.lastError).toContain('too late');
});

it('an outage of four hours delays the reminder of the day before, and does not lose it', async () => {
  expect(await remindEarly(await classWithPeople(20 * 60), [1440])).toContain('user 1 1440 queued');
});

it('reminds anew of a class that was moved', async () => {
  const classDate = await classWithPeople(24 * 60);
  await remindEarly(classDate, [1440]);
  await classDate.update({ scheduleVersion: 2, startsAt: addMinutes(new Date(), 2 * 24 * 60) });
  const rows = await remindEarly(classDate, [1440], addMinutes(new Date(), 24 * 60));
  expect(rows).toContain('user 2 1440 queued');
  expect(rows).toHaveLength(4);
});

it('plans nothing for a class that was edited since it was looked at', async () => {
  const classDate = await classWithPeople(20);
  const { id: classDateId, version } = classDate;
  const plan = (looked: number) =>
    planMails({ classDateId, now: new Date(), kinds: ['class_reminder'], version: looked });
  await classDate.update({ version: version + 1 });
  await plan(version);
  expect(await MailDelivery.count({ where: { classDateId } })).toBe(0);
  await plan(version + 1);
  expect(await MailDelivery.count({ where: { classDateId } })).toBe(1);
});

describe('a mail that was left out, and is needed again', () => {
  const REMINDERS: readonly ClassMailKind[] = ['class_reminder', 'guest_invitation', 'teacher_start'];
  const rowsOf = ({ id }: ClassDate) => MailDelivery.findAll({ where: { classDateId: id }, order: ['id'] });
  const plan = ({ id }: ClassDate, kinds = REMINDERS, now = new Date()) => planMails({ classDateId: id, now, kinds });
  const leaveOut = ({ id }: ClassDate, lastError: string, told: { toldAt?: Date; resent?: boolean } = {}) =>
    MailDelivery.update({ state: 'skipped', attempts: 2, lastError, ...told }, { where: { classDateId: id } });
  const statesAfter = async (classDate: ClassDate, ...rest: [ClassMailKind[]?, Date?]) => {
    await plan(classDate, ...rest);
    return [...new Set((await rowsOf(classDate)).map(({ state }) => state))];
  };

  it('waits in the queue once more after the room was lost and made anew, and is not made twice', async () => {
    const classDate = await classWithPeople(20);
    await plan(classDate);
    // As at the moment in which there is no room.
    await plan(classDate, ['teacher_not_connected']);
    const lost = await MailDelivery.findAll({ where: { classDateId: classDate.id, state: 'skipped' } });
    expect(lost.map(({ lastError }) => lastError)).toEqual([SUPERSEDED, SUPERSEDED, SUPERSEDED]);
    const [before] = lost;
    await before?.update({ attempts: 3 });
    const now = addMinutes(new Date(), 1);
    await plan(classDate, REMINDERS, now);
    const rows = (await rowsOf(classDate)).filter(({ kind }) => REMINDERS.includes(kind as ClassMailKind));
    expect(rows).toHaveLength(3);
    for (const row of rows)
      expect(row).toMatchObject({
        state: 'queued',
        attempts: 0,
        nextAttemptAt: now,
        leaseUntil: null,
        lastError: null,
      });
    expect(rows[0]?.messageKey).toBe(before?.messageKey);
  });

  it('waits for as long as its reader is disabled, and no longer', async () => {
    const classDate = await classWithPeople(20);
    await plan(classDate);
    await leaveOut(classDate, DISABLED);
    const disabledAt = new Date();
    await User.update({ disabledAt }, { where: { id: classDate.teacherId } });
    await plan(classDate);
    const teachers = { classDateId: classDate.id, kind: 'teacher_start' as const };
    const rowOfTeacher = () => MailDelivery.findOne({ where: teachers, rejectOnEmpty: true });
    expect(await rowOfTeacher()).toMatchObject({ state: 'skipped', lastError: DISABLED });
    await User.update({ disabledAt: null }, { where: { id: classDate.teacherId } });
    await plan(classDate);
    expect(await rowOfTeacher()).toMatchObject({ state: 'queued', lastError: null });
  });

  it('stays left out when it came too late, was kept quiet, may have gone out, or the class is over', async () => {
    const classDate = await classWithPeople(20);
    await plan(classDate);
    await leaveOut(classDate, TOO_LATE);
    expect(await statesAfter(classDate)).toEqual(['skipped']);
    await leaveOut(classDate, 'kept quiet by whoever made the change');
    expect(await statesAfter(classDate)).toEqual(['skipped']);
    await leaveOut(classDate, SUPERSEDED, { resent: true });
    expect(await statesAfter(classDate)).toEqual(['skipped']);
    await leaveOut(classDate, SUPERSEDED, { resent: false });
    expect(await statesAfter(classDate, undefined, addMinutes(new Date(), 24 * 60))).toEqual(['skipped']);
    await leaveOut(classDate, SUPERSEDED, { toldAt: addMinutes(new Date(), -60) });
    expect(await statesAfter(classDate)).toEqual(['skipped']);
    await MailDelivery.update({ toldAt: null }, { where: { classDateId: classDate.id } });
    expect(await statesAfter(classDate)).toEqual(['queued']);
  });
});
