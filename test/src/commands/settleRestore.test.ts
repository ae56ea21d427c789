import request from 'supertest';
import { inviteUser } from '../../../src/commands/inviteUser';
import { settleRestore } from '../../../src/commands/settleRestore';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind } from '../../../src/domain/mails';
import { AccountLink } from '../../../src/models/AccountLink';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { Session } from '../../../src/models/Session';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { paths } from '../../../src/routes/paths';
import { accountToken } from '../../../src/security/accountToken';
import { buildAudit } from '../../factories/audits';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeEach(async () => {
  website = await startWebsite();
});

afterEach(() => website.close());

/** Somebody invited before the backup, who has not chosen a password by then. */
async function invited() {
  const teacher = await buildUser('teacher');
  await inviteUser(website.deps, teacher.id, THE_SYSTEM);
  const link = await AccountLink.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
  const token = accountToken(website.deps.signingKeys, link);
  return { teacher, opens: async () => (await request(website.server).get(paths.password).query({ token })).status };
}

/** Somebody whose Zoom connection was renewed so many minutes ago, for the last time as far as the backup knows. */
async function connected(minutesAgo: number) {
  const teacher = await buildUser('teacher');
  const refreshedAt = addMinutes(new Date(), -minutesAgo);
  const tokenExpiresAt = addMinutes(refreshedAt, 60);
  await ZoomConnection.create({ userId: teacher.id, state: 'connected', refreshedAt, tokenExpiresAt });
  return teacher;
}

it('ends what may have been ended or used since the backup', async () => {
  const { teacher, opens } = await invited();
  // Looking at the form begins a session.
  expect([await opens(), await Session.count()]).toEqual([200, 1]);
  const report = await settleRestore(website.deps);
  expect(report).toMatchObject({ sessionsEnded: 1, linksWithdrawnOf: [teacher.id] });
  expect([await Session.count(), await opens()]).toEqual([0, 410]);
  expect(await website.audited()).toContain('backup_put_back');
});

it('tells how far the backup goes', async () => {
  expect((await settleRestore(website.deps)).knownUntil).toBeNull();
  const { knownUntil } = await settleRestore(website.deps);
  expect(Date.now() - Number(knownUntil)).toBeLessThan(60_000);
});

it('names the teachers whose connection was to be renewed since, and no others', async () => {
  await connected(30);
  const daily = await connected(25 * 60);
  const near = await connected(120);
  const order = await buildOrder({ teacherId: near.id });
  await buildClassDate({ order, startsAt: addMinutes(new Date(), -15) });
  expect((await settleRestore(website.deps)).teachersInDoubt).toEqual([daily.id, near.id]);
});

it('names the mails that were on their way, and are still of use', async () => {
  const classDate = await buildClassDate();
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId, email });
  await buildMail(classDate, pass);
  const waiting = await buildMail(classDate, pass, { kind: 'cancelled', state: 'sending', sentAt: null });
  await buildMail(classDate, pass, { kind: 'new_link', state: 'queued', usefulUntil: addMinutes(new Date(), -1) });
  expect((await settleRestore(website.deps)).mailsInDoubt).toEqual([waiting.id]);
});

it('names the classes of which mails fell due since, and are still of use', async () => {
  const at = (minutes: number) => addMinutes(new Date(), minutes);
  await buildClassDate({ startsAt: at(100) });
  const due = await buildClassDate({ startsAt: at(20) });
  await buildClassDate({ startsAt: at(20), state: 'cancelled' });
  await buildClassDate({ startsAt: at(-600) });
  const told = await buildClassDate({ startsAt: at(20) });
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(website.deps.signingKeys, told, { userId, email });
  for (const kind of ['class_reminder', 'guest_invitation', 'teacher_start'] as const)
    await buildMail(told, pass, { kind });
  await buildAudit('cleaned_up', { createdAt: at(-60) });
  expect((await settleRestore(website.deps)).classDatesInDoubt).toEqual([due.id]);
  // What fell due before is told as it was.
  expect((await settleRestore(website.deps)).classDatesInDoubt).toEqual([]);
});

/** A class in twenty minutes, of which the backup has these mails to its buyer; with its guest's pass where it has one. */
async function reminded(kinds: readonly ClassMailKind[], guest?: { revokedAt: Date | null }) {
  const classDate = await buildClassDate({ startsAt: addMinutes(new Date(), 20) });
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId, email });
  for (const kind of kinds) await buildMail(classDate, pass, { kind });
  if (guest) {
    const { id: guestId } = await OrderGuest.create({ orderId: classDate.orderId, email: 'mum@example.test' });
    const invited = await buildPass(website.deps.signingKeys, classDate, { guestId, email: 'mum@example.test' });
    await invited.pass.update(guest);
  }
  return classDate;
}

describe('of a class whose mails the backup has', () => {
  const OURS = ['class_reminder', 'teacher_start'] as const;

  beforeEach(() => buildAudit('cleaned_up', { createdAt: addMinutes(new Date(), -60) }));

  const namedOnes = async () => (await settleRestore(website.deps, { dryRun: true })).classDatesInDoubt;

  it('an invitation is missing only where there is a guest to invite', async () => {
    await reminded(OURS);
    await reminded(OURS, { revokedAt: new Date() });
    const waiting = await reminded(OURS, { revokedAt: null });
    expect(await namedOnes()).toEqual([waiting.id]);
  });

  it('those of its former time say nothing of what fell due since for the one it was moved to', async () => {
    const moved = await reminded(OURS);
    await moved.update({ scheduleVersion: moved.scheduleVersion + 1 });
    expect(await namedOnes()).toEqual([moved.id]);
  });
});

it('changes nothing in a dry run', async () => {
  const { teacher, opens } = await invited();
  const before = await website.audited();
  expect(await settleRestore(website.deps, { dryRun: true })).toMatchObject({ linksWithdrawnOf: [teacher.id] });
  expect([await opens(), await website.audited()]).toEqual([200, before]);
});
