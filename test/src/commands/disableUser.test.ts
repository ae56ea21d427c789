import { randomBytes } from 'node:crypto';
import { bookClassDate } from '../../../src/commands/bookClassDate';
import { cancelClass } from '../../../src/commands/cancelClass';
import { claimPass } from '../../../src/commands/claimPass';
import { disableUser } from '../../../src/commands/disableUser';
import { enableUser } from '../../../src/commands/enableUser';
import { planMails } from '../../../src/commands/planMails';
import { rehearse } from '../../../src/commands/rehearse';
import { reopenClass } from '../../../src/commands/reopenClass';
import { restorePass } from '../../../src/commands/restorePass';
import { revokePass } from '../../../src/commands/revokePass';
import { changeOrder } from '../../../src/commands/changeOrder';
import { toldColumns } from '../../../src/commands/toldColumns';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { DroppedRegistrant } from '../../../src/models/DroppedRegistrant';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { User } from '../../../src/models/User';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { DISABLED } from '../../../src/queries/loadMails';
import { paths } from '../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { Browser, passwordHash, PASSWORD, signedInBrowser } from '../../support/browser';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let deps: Deps;

beforeAll(async () => {
  website = await startWebsite();
  deps = website.deps;
});

afterAll(() => website.close());

const disable = ({ id }: { id: number }) => disableUser(deps, id, THE_SYSTEM);
const enable = ({ id }: { id: number }) => enableUser(deps, id, THE_SYSTEM);

/** A class that is open, its buyer and their pass. */
async function buildScene() {
  const student = await buildUser('student');
  const order = await buildOrder({ userId: student.id });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(new Date(), 5) });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const { pass, token } = await buildPass(deps.signingKeys, classDate, { userId: student.id, email: student.email });
  return { student, order, classDate, meeting, pass, link: `${paths.join(classDate.id)}?token=${token}` };
}

function claim(pass: ZoomSecureToken) {
  const holderHash = randomBytes(32).toString('hex');
  const common = { passId: pass.id, classDateId: pass.classDateId, epoch: pass.epoch, quality: 'plain' as const };
  return claimPass(deps, { ...common, holderHash, standing: 'free', displaces: false }, THE_SYSTEM);
}

/** The holder of a pass was reminded of the class as it is. */
function noteReminded(classDate: ClassDate, { id: passId, userId }: ZoomSecureToken) {
  const now = new Date();
  return MailDelivery.create({
    ...{ classDateId: classDate.id, recipientKey: `user:${userId}`, passId, kind: 'class_reminder', version: 1 },
    ...{ state: 'sent', messageKey: randomBytes(16).toString('hex'), nextAttemptAt: now, usefulUntil: now },
    ...{ sentAt: now, ...toldColumns(classDate, now) },
  });
}

describe('a student who is disabled', () => {
  it('has no way in from that moment on, and their open page says so', async () => {
    const { student, pass, link, classDate, meeting } = await buildScene();
    await pass.update({ registrantId: 'r-1', linkMeetingId: meeting.id });
    const browser = new Browser(website);
    expect((await browser.get(link)).status).toBe(200);
    website.temporal.hints.length = 0;
    expect(await disable(student)).toMatchObject({ changed: true, passes: 1 });
    expect((await browser.get(link)).status).toBeGreaterThanOrEqual(400);
    expect(await claim(pass)).toBe('refused');
    expect(website.temporal.hints).toEqual([`${classDate.id}: roster changed`]);
    expect(await DroppedRegistrant.count({ where: { classDateId: classDate.id, registrantId: 'r-1' } })).toBe(1);
    expect(await disable(student)).toMatchObject({ changed: false });
  });

  it('comes in by the same link once they are enabled again', async () => {
    const { student, pass, link } = await buildScene();
    await disable(student);
    await enable(student);
    expect((await new Browser(website).get(link)).status).toBe(200);
    expect(await claim(pass)).toBe('claimed');
    expect((await website.audited()).slice(-3, -1)).toEqual(['user_disabled', 'user_enabled']);
  });

  it('keeps out whom an admin had kept out before', async () => {
    const { student, pass } = await buildScene();
    await revokePass(deps, pass.id, THE_SYSTEM);
    await disable(student);
    await enable(student);
    expect((await pass.reload()).revokedAt).not.toBeNull();
  });

  it('is not let in by an admin who gives the pass back, a new booking, or a class that is reopened', async () => {
    const { student, order, pass, classDate } = await buildScene();
    await cancelClass(deps, { classDateId: classDate.id }, THE_SYSTEM);
    await disable(student);
    await reopenClass(deps, { classDateId: classDate.id }, THE_SYSTEM);
    expect((await pass.reload()).revokedAt).not.toBeNull();
    await expect(restorePass(deps, pass.id, THE_SYSTEM)).rejects.toThrow('Enable them first.');
    const booking = { orderId: order.id, localStart: '2030-01-15T10:00', timeZone: 'UTC', durationMinutes: 60 };
    const { classDate: booked } = await bookClassDate(deps, booking, THE_SYSTEM);
    const passes = () => ZoomSecureToken.findAll({ where: { userId: student.id, revokedAt: null } });
    expect(await passes()).toEqual([]);
    await enable(student);
    expect((await passes()).map(({ classDateId }) => classDateId).sort()).toEqual([classDate.id, booked.id].sort());
  });

  it('hears after all what they were not told of meanwhile, also of a class that was cancelled', async () => {
    const { student, classDate, pass } = await buildScene();
    await noteReminded(classDate, pass);
    await disable(student);
    await cancelClass(deps, { classDateId: classDate.id }, THE_SYSTEM);
    const look = () => planMails({ classDateId: classDate.id, now: addMinutes(new Date(), 1), kinds: ['cancelled'] });
    await look();
    const where = { classDateId: classDate.id, kind: 'cancelled' } as const;
    expect(await MailDelivery.update({ state: 'skipped', lastError: DISABLED }, { where })).toEqual([1]);
    await look();
    const row = await MailDelivery.findOne({ where, rejectOnEmpty: true });
    expect(row.state).toBe('skipped');
    website.temporal.hints.length = 0;
    await enable(student);
    expect(website.temporal.hints).toEqual([`${classDate.id}: roster changed`]);
    await look();
    expect(await row.reload()).toMatchObject({ state: 'queued', lastError: null });
  });

  it('gets nothing back of an order that is another’s by then', async () => {
    const { student, order, pass } = await buildScene();
    await disable(student);
    const other = await buildUser('student');
    await changeOrder(deps, { orderId: order.id, buyerId: other.id }, THE_SYSTEM);
    await enable(student);
    expect((await pass.reload()).revokedAt).not.toBeNull();
  });

  it('does not get back a pass that was theirs again, and was withdrawn on purpose since', async () => {
    const { student, order, classDate, pass } = await buildScene();
    const give = (buyerId: number) => changeOrder(deps, { orderId: order.id, buyerId }, THE_SYSTEM);
    await disable(student);
    await give((await buildUser('student')).id);
    await enable(student);
    await cancelClass(deps, { classDateId: classDate.id }, THE_SYSTEM);
    await give(student.id);
    await reopenClass(deps, { classDateId: classDate.id }, THE_SYSTEM);
    expect(await pass.reload()).toMatchObject({ revokedAt: null, withheld: false });
    // As those were left that had come back so before.
    await pass.update({ withheld: true });
    await revokePass(deps, pass.id, THE_SYSTEM);
    await disable(student);
    await enable(student);
    expect((await pass.reload()).revokedAt).not.toBeNull();
  });

  it('keeps their place in the attendance of classes that are over', async () => {
    const { student, order } = await buildScene();
    const over = await buildClassDate({
      order,
      state: 'settled',
      startsAt: addMinutes(new Date(), -600),
      closedAt: new Date(),
    });
    const { pass } = await buildPass(deps.signingKeys, over, { userId: student.id, email: student.email });
    await disable(student);
    expect((await pass.reload()).revokedAt).toBeNull();
  });

  it('and claims at the same instant is either in before it or not at all', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { student, pass } = await buildScene();
      const [claimed] = await Promise.all([claim(pass), disable(student)]);
      expect(['claimed', 'refused']).toContain(claimed);
      expect((await pass.reload()).revokedAt).not.toBeNull();
      expect(await claim(await pass.reload())).toBe('refused');
    }
  });

  it('and gets a class at the same instant has no way into it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { student, order } = await buildScene();
      const booking = { orderId: order.id, localStart: '2030-01-15T10:00', timeZone: 'UTC', durationMinutes: 60 };
      await Promise.all([bookClassDate(deps, booking, THE_SYSTEM), disable(student)]);
      expect(await ZoomSecureToken.count({ where: { userId: student.id, revokedAt: null } })).toBe(0);
    }
  });

  it('and gets an order at the same instant has no way into its classes', async () => {
    for (let round = 0; round < 5; round += 1) {
      const [{ order }, student] = [await buildScene(), await buildUser('student')];
      await Promise.allSettled([
        changeOrder(deps, { orderId: order.id, buyerId: student.id }, THE_SYSTEM),
        disable(student),
      ]);
      expect((await student.reload()).disabledAt).not.toBeNull();
      expect(await ZoomSecureToken.count({ where: { userId: student.id, revokedAt: null } })).toBe(0);
    }
  });
});

describe('whoever signs in and is disabled', () => {
  it('is signed out everywhere at once, and cannot sign in', async () => {
    const { browser, user } = await signedInBrowser(website, 'teacher');
    await disable(user);
    for (const page of [paths.teacher, paths.zoom, paths.myLiveClassesData, paths.myLiveClassesEvents]) {
      expect([page, (await browser.get(page)).status]).toEqual([page, 303]);
    }
    const signIn = () => new Browser(website).submit(paths.login, { email: user.email, password: PASSWORD });
    expect((await signIn()).status).toBe(422);
    await enable(user);
    // The sessions of before stay ended.
    expect((await browser.get(paths.teacher)).status).toBe(303);
    expect((await signIn()).status).toBe(303);
  });

  it('is never the last admin who can sign in, also of two who disable each other at once', async () => {
    await User.update({ disabledAt: new Date() }, { where: { role: 'admin' } });
    const admins = [0, 1].map(async () => buildUser('admin', { passwordHash: await passwordHash() }));
    const [one, other] = await Promise.all(admins);
    // Invited and not there yet: nobody could sign in as them.
    await buildUser('admin');
    if (!one || !other) throw new Error('There are no admins.');
    const outcomes = await Promise.allSettled([disable(one), disable(other)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await User.count({ where: { id: [one.id, other.id], disabledAt: null } })).toBe(1);
  });
});

describe('a teacher who is disabled', () => {
  it('leaves classes at risk, of which admins are told once', async () => {
    const admin = await buildUser('admin', { passwordHash: await passwordHash() });
    const teacher = await buildUser('teacher');
    const order = await buildOrder({ teacherId: teacher.id });
    const startsAt = addMinutes(new Date(), 20 * 60);
    const classDate = await buildClassDate({ order, startsAt, rehearsedAt: new Date() });
    website.temporal.hints.length = 0;
    await disable(teacher);
    expect(website.temporal.hints).toEqual([`${classDate.id}: teacher disabled`]);
    expect((await classDate.reload()).rehearsedAt).toBeNull();
    const look = () => rehearse(deps, { classDateId: classDate.id, now: new Date() });
    await look();
    await look();
    const open = { classDateId: classDate.id, kind: 'teacher_disabled', isOpen: true };
    expect(await ClassRisk.count({ where: open })).toBe(1);
    const told = { classDateId: classDate.id, kind: 'class_at_risk', userId: admin.id };
    expect(await MailDelivery.count({ where: told })).toBe(1);
    await enable(teacher);
    await look();
    expect(await ClassRisk.count({ where: open })).toBe(0);
  });

  it('is given no further order', async () => {
    const teacher = await buildUser('teacher');
    await disable(teacher);
    const order = await buildOrder();
    await expect(changeOrder(deps, { orderId: order.id, teacherId: teacher.id }, THE_SYSTEM)).rejects.toThrow(
      'Choose a teacher.',
    );
  });
});
