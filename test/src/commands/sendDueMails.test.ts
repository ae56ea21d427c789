import { Op } from 'sequelize';
import { makeAccountLink } from '../../../src/commands/makeAccountLink';
import { planMails, TOO_LATE } from '../../../src/commands/planMails';
import { probeIncident } from '../../../src/commands/probeIncident';
import { resendMails } from '../../../src/commands/resendMails';
import { sendDueMails, type SendResult } from '../../../src/commands/sendDueMails';
import { toldColumns } from '../../../src/commands/toldColumns';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { inTransaction } from '../../../src/db/transaction';
import type { Fault } from '../../../src/dev/mailbox/faults';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind } from '../../../src/domain/mails';
import { FAILED } from '../../../src/domain/resending';
import { MailRefused, type ComposedMail } from '../../../src/emails/mailer';
import { AccountLink } from '../../../src/models/AccountLink';
import { BouncedAddress } from '../../../src/models/BouncedAddress';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import type { User } from '../../../src/models/User';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { addressHash } from '../../../src/security/addressHash';
import type { MailSubjectId } from '../../../src/temporal/outbox';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const REMINDERS: readonly ClassMailKind[] = ['class_reminder', 'guest_invitation', 'teacher_start'];
const NOW = new Date();

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  await site.mailbox.clearFaults();
  site.mailbox.clear();
  await MailDelivery.destroy({ where: {} });
});

interface Scene {
  readonly classDate: ClassDate;
  readonly buyer: User;
  readonly teacher: User;
  readonly guests: readonly OrderGuest[];
}

/** A class in twenty minutes with a buyer and guests. */
async function buildScene(guestCount = 2): Promise<Scene> {
  const [buyer, teacher] = [await buildUser('student'), await buildUser('teacher')];
  const order = await buildOrder({ userId: buyer.id, teacherId: teacher.id });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(NOW, 20) });
  await buildPass(site.deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  const guests: OrderGuest[] = [];
  for (let index = 0; index < guestCount; index += 1) {
    const email = `guest${index}.${order.id}@example.test`;
    const guest = await OrderGuest.create({ orderId: order.id, email });
    await buildPass(site.deps.signingKeys, classDate, { guestId: guest.id, email });
    guests.push(guest);
  }
  return { classDate, buyer, teacher, guests };
}

const plan = ({ id }: ClassDate, kinds = REMINDERS) => planMails({ classDateId: id, now: NOW, kinds });

const send = ({ id }: ClassDate, now = NOW): Promise<SendResult> =>
  sendDueMails(site.deps, { about: { classDateId: id }, now, heartbeat: () => undefined });

const rowsOf = ({ id }: ClassDate) => MailDelivery.findAll({ where: { classDateId: id }, order: ['id'] });

const statesOf = async (classDate: ClassDate) => (await rowsOf(classDate)).map(({ state }) => state);

const receivedBy = () => site.mailbox.messages().map(({ to }) => to);

async function rowTo(classDate: ClassDate, person: { id: number }): Promise<MailDelivery> {
  const row = (await rowsOf(classDate)).find(({ recipientKey }) => recipientKey.endsWith(`:${person.id}`));
  if (!row) throw new Error('There is no such row.');
  return row;
}

it('mails each person once, however often it is planned and however many send at the same time', async () => {
  const { classDate, buyer, teacher, guests } = await buildScene();
  await Promise.all(Array.from({ length: 5 }, () => plan(classDate)));
  const results = await Promise.all(Array.from({ length: 5 }, () => send(classDate)));
  await plan(classDate);
  await send(classDate);
  expect(results.reduce((total, { sent }) => total + sent, 0)).toBe(4);
  expect(receivedBy().sort()).toEqual([buyer.email, teacher.email, ...guests.map(({ email }) => email)].sort());
  expect(await statesOf(classDate)).toEqual(['sent', 'sent', 'sent', 'sent']);
});

it('a reschedule is told as a version of its own, and only to those who had been told the former time', async () => {
  const { classDate } = await buildScene(0);
  await plan(classDate);
  await send(classDate);
  const moved = { startsAt: addMinutes(classDate.startsAt, 5), scheduleVersion: 2 };
  await classDate.update(moved);
  await plan(classDate, ['rescheduled']);
  await plan(classDate, ['rescheduled']);
  await send(classDate);
  expect(await MailDelivery.count({ where: { classDateId: classDate.id, kind: 'rescheduled', state: 'sent' } })).toBe(
    2,
  );
  const untold = await buildScene(0);
  await untold.classDate.update(moved);
  await plan(untold.classDate, ['rescheduled']);
  expect(await rowsOf(untold.classDate)).toEqual([]);
});

it('one bad address holds nobody up', async () => {
  const { classDate, guests } = await buildScene();
  const [bad] = guests;
  await site.mailbox.addFault({ kind: 'refuse', address: bad?.email ?? '' });
  await plan(classDate);
  expect(await send(classDate)).toEqual({ sent: 3, retrying: 0 });
  const row = await rowTo(classDate, bad ?? { id: 0 });
  expect(row).toMatchObject({ state: 'bounced', lastError: 'the mail server refused it (550)' });
});

it('an address that is none fails alone', async () => {
  const { classDate, guests } = await buildScene();
  const pass = await passOf(classDate, guests[0]?.id ?? 0);
  await pass.update({ email: 'a@b.test, c@d.test' });
  await plan(classDate);
  await send(classDate);
  expect((await statesOf(classDate)).sort()).toEqual(['failed', 'sent', 'sent', 'sent']);
});

function passOf({ id }: ClassDate, guestId: number) {
  return ZoomSecureToken.findOne({ where: { classDateId: id, guestId }, rejectOnEmpty: true });
}

it('a disabled buyer and a removed guest get nothing, with the reason, and everybody else gets theirs', async () => {
  const { classDate, buyer, guests } = await buildScene();
  await plan(classDate);
  await buyer.update({ disabledAt: NOW });
  await guests[0]?.update({ removedAt: NOW });
  expect(await send(classDate)).toEqual({ sent: 2, retrying: 0 });
  expect(await rowTo(classDate, buyer)).toMatchObject({ state: 'skipped', lastError: 'the account is disabled' });
  expect(await rowTo(classDate, guests[0] ?? buyer)).toMatchObject({ state: 'skipped' });
});

it('a deleted person is noted, and stops nobody', async () => {
  const { classDate, teacher } = await buildScene(0);
  await plan(classDate);
  await MailDelivery.update({ userId: null }, { where: { classDateId: classDate.id, userId: teacher.id } });
  await send(classDate);
  expect((await statesOf(classDate)).sort()).toEqual(['failed', 'sent']);
});

it('is asked to try later: tries again after one, five, fifteen minutes, as rows', async () => {
  const { classDate, buyer } = await buildScene(0);
  await site.mailbox.addFault({ kind: 'greylist', address: buyer.email, ms: 60_000 });
  await plan(classDate);
  expect(await send(classDate)).toEqual({ sent: 1, retrying: 1 });
  const row = await rowTo(classDate, buyer);
  expect(row).toMatchObject({ state: 'queued', lastError: 'the mail server asked to try later (451)' });
  expect(row.nextAttemptAt).toEqual(addMinutes(NOW, 1));
  expect(await send(classDate)).toEqual({ sent: 0, retrying: 0 });
  await send(classDate, addMinutes(NOW, 1));
  expect((await row.reload()).nextAttemptAt).toEqual(addMinutes(NOW, 6));
  await site.mailbox.clearFaults();
  expect(await send(classDate, addMinutes(NOW, 6))).toEqual({ sent: 1, retrying: 0 });
});

it.each([
  ['asks to try later', (address: string): Fault => ({ kind: 'greylist', address, ms: 60_000 })],
  ['does not answer', (): Fault => ({ kind: 'down' })],
])('has failed, with the reason, where the server %s until it would no longer help', async (_, fault) => {
  const { classDate, buyer } = await buildScene(0);
  await site.mailbox.addFault(fault(buyer.email));
  await plan(classDate, ['class_reminder']);
  const row = await rowTo(classDate, buyer);
  await row.update({ usefulUntil: addMinutes(NOW, 0.5) });
  await send(classDate);
  expect(await row.reload()).toMatchObject({ state: 'failed', toldAt: null });
  expect(row.lastError).toContain('by the next try it would no longer help');
  expect(FAILED).toContain(row.state);
});

it('may have arrived where it may have gone out before the server asked to try later, until it would no longer help', async () => {
  const { classDate, buyer } = await buildScene(0);
  await site.mailbox.addFault({ kind: 'greylist', address: buyer.email, ms: 60_000 });
  await plan(classDate, ['class_reminder']);
  const row = await rowTo(classDate, buyer);
  await row.update({ usefulUntil: addMinutes(NOW, 0.5), resent: true });
  await send(classDate);
  expect((await row.reload()).state).toBe('unknown');
});

it('is skipped when nobody was there to send it until it no longer helped, unless it may have gone out already', async () => {
  const { classDate, buyer, teacher } = await buildScene(0);
  await plan(classDate);
  const [first, second] = [await rowTo(classDate, buyer), await rowTo(classDate, teacher)];
  await first.update({ usefulUntil: NOW });
  await second.update({ usefulUntil: NOW, ...toldColumns(classDate, NOW) });
  expect(await send(classDate)).toEqual({ sent: 1, retrying: 0 });
  expect(await first.reload()).toMatchObject({ state: 'skipped', lastError: TOO_LATE });
  expect((await second.reload()).state).toBe('sent');
});

it('waits as rows while no mail server answers, and goes out when one does', async () => {
  const { classDate } = await buildScene(8);
  await site.mailbox.addFault({ kind: 'down' });
  await plan(classDate);
  expect(await send(classDate)).toEqual({ sent: 0, retrying: 10 });
  expect(new Set(await statesOf(classDate))).toEqual(new Set(['queued']));
  await site.mailbox.clearFaults();
  expect(await send(classDate, addMinutes(NOW, 1))).toEqual({ sent: 10, retrying: 0 });
  expect(site.mailbox.count()).toBe(10);
});

it('a mail server that takes nothing from us is an incident and no mail’s own trouble', async () => {
  const { classDate, buyer } = await buildScene(8);
  // It breaks the connections that are open, which it would take mails by still.
  await site.mailbox.addFault({ kind: 'down' });
  await site.mailbox.clearFaults();
  await site.mailbox.addFault({ kind: 'busy' });
  await plan(classDate);
  const since = new Date();
  expect(await send(classDate)).toEqual({ sent: 0, retrying: 10 });
  expect(await rowTo(classDate, buyer)).toMatchObject({ lastError: 'the mail server takes no mails from us (421)' });
  const where = { cause: 'mail_unreachable', closedAt: null, lastSeenAt: { [Op.gte]: since } } as const;
  expect(await Incident.count({ where })).toBe(1);
  await site.mailbox.clearFaults();
  expect(await send(classDate, addMinutes(NOW, 1))).toEqual({ sent: 10, retrying: 0 });
});

describe('the last byte', () => {
  it('is noted before the final dot: if it cannot be, the mail does not go out', async () => {
    const { classDate } = await buildScene(0);
    await plan(classDate);
    const update = jest.spyOn(MailDelivery, 'update').mockRejectedValueOnce(new Error('the database is gone'));
    const result = await send(classDate);
    update.mockRestore();
    expect(result).toEqual({ sent: 1, retrying: 1 });
    expect(site.mailbox.count()).toBe(1);
    await send(classDate, addMinutes(NOW, 1));
    expect(site.mailbox.count()).toBe(2);
  });

  it('after a crash behind it the mail is repeated once, under the same Message-ID, and then left as unknown', async () => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    await send(classDate);
    const row = await rowTo(classDate, buyer);
    const crashed = { state: 'data_sent' as const, leaseHolder: 'dead', leaseUntil: new Date(Date.now() - 1_000) };
    await row.update(crashed);
    expect(await send(classDate)).toEqual({ sent: 1, retrying: 0 });
    const [first, second] = site.mailbox.messages();
    expect(second?.messageId).toBe(first?.messageId);
    await row.reload();
    await row.update(crashed);
    expect(await send(classDate)).toEqual({ sent: 0, retrying: 0 });
    expect(await row.reload()).toMatchObject({ state: 'unknown' });
    expect(site.mailbox.count()).toBe(2);
  });

  it('a mail server that never confirms gets it twice at most', async () => {
    const { classDate, buyer } = await buildScene(0);
    await site.mailbox.addFault({ kind: 'drop', address: buyer.email });
    await plan(classDate, ['class_reminder']);
    await send(classDate);
    await send(classDate, addMinutes(NOW, 1));
    await send(classDate, addMinutes(NOW, 10));
    expect(await rowTo(classDate, buyer)).toMatchObject({ state: 'unknown' });
    expect(new Set(site.mailbox.messages().map(({ messageId }) => messageId)).size).toBe(1);
    expect(site.mailbox.count()).toBe(2);
  });

  const dead = () => ({ leaseHolder: 'dead', leaseUntil: new Date(Date.now() - 1_000) });
  const sendAbout = (about: MailSubjectId) => sendDueMails(site.deps, { about, now: NOW, heartbeat: () => undefined });

  it('behind it a mail that is about no class is repeated, too, however late it is found', async () => {
    const admin = await buildUser('admin');
    const since = { openedAt: NOW, lastSeenAt: NOW };
    const incident = await Incident.create({ randomKey: 'b'.repeat(32), cause: 'zoom_unreachable', ...since });
    const row = await MailDelivery.create({
      ...{ incidentId: incident.id, userId: admin.id, recipientKey: `user:${admin.id}` },
      ...{ kind: 'incident_opened', version: 1, messageKey: 'c'.repeat(32), nextAttemptAt: NOW, usefulUntil: NOW },
      ...{ state: 'data_sent', ...dead() },
    });
    expect(await sendAbout({ incidentId: incident.id })).toEqual({ sent: 1, retrying: 0 });
    expect((await row.reload()).state).toBe('sent');
  });

  it('behind it a mail whose link is over is not repeated, and may have arrived: it is not called skipped', async () => {
    const teacher = await buildUser('teacher');
    await inTransaction(site.deps.db, (transaction) =>
      makeAccountLink(site.deps, teacher, 'password_reset', transaction),
    );
    const where = { userId: teacher.id };
    await AccountLink.update({ expiresAt: NOW }, { where });
    const row = await MailDelivery.findOne({ where, rejectOnEmpty: true });
    await row.update({ state: 'data_sent', usefulUntil: NOW, ...dead() });
    expect(await sendAbout({ accountLinkId: row.accountLinkId ?? 0 })).toEqual({ sent: 0, retrying: 0 });
    expect(await row.reload()).toMatchObject({ state: 'unknown' });
    expect(row.lastError).toMatch(/^it may have gone out once, and was not repeated: its link was used/);
  });

  it('behind it a mail may have arrived, also when there is no answer for as long as it would help', async () => {
    const { classDate, buyer } = await buildScene(0);
    await site.mailbox.addFault({ kind: 'drop', address: buyer.email });
    await plan(classDate, ['class_reminder']);
    const row = await rowTo(classDate, buyer);
    await row.update({ usefulUntil: addMinutes(NOW, 0.5) });
    await send(classDate);
    expect(await row.reload()).toMatchObject({ state: 'unknown' });
  });

  it.each([
    [451, 'queued'],
    [550, 'unknown'],
  ] as const)(
    'behind it a repeat that is refused with %i takes back nothing of what the first one told',
    async (code, state) => {
      const { classDate, buyer } = await buildScene(0);
      await site.mailbox.addFault({ kind: 'drop', address: buyer.email, times: 1 });
      await plan(classDate, ['class_reminder']);
      await send(classDate);
      const refusal = code === 451 ? { kind: 'greylist', ms: 60_000 } : { kind: 'refuse' };
      await site.mailbox.addFault({ ...refusal, address: buyer.email } as Fault);
      await send(classDate, addMinutes(NOW, 1));
      const row = await rowTo(classDate, buyer);
      expect(row).toMatchObject({ state, toldAt: expect.any(Date) as Date });
      expect(row.lastError).toContain(`(${code})`);
      expect(await BouncedAddress.count({ where: { addressHash: addressHash(buyer.email) } })).toBe(
        code === 550 ? 1 : 0,
      );
      // The first one may have arrived: its reader has to hear of the other time, once.
      await classDate.update({ startsAt: addMinutes(classDate.startsAt, 5), scheduleVersion: 2 });
      await plan(classDate, ['rescheduled']);
      await site.mailbox.clearFaults();
      await send(classDate, addMinutes(NOW, 10));
      const rows = await rowsOf(classDate);
      expect(rows.map((each) => [each.kind, each.state])).toEqual([
        ['class_reminder', 'unknown'],
        ['rescheduled', 'sent'],
      ]);
    },
  );

  it.each([451, 550])('a refusal with %i in its stead says that nothing was told', async (responseCode) => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    const mailer = {
      ...site.deps.mailer,
      send: async (_: ComposedMail, beforeFinalDot: () => Promise<void>) => {
        await beforeFinalDot();
        throw new MailRefused(responseCode);
      },
    };
    const about = { classDateId: classDate.id };
    await sendDueMails({ ...site.deps, mailer }, { about, now: NOW, heartbeat: () => undefined });
    const state = responseCode === 451 ? 'queued' : 'bounced';
    expect(await rowTo(classDate, buyer)).toMatchObject({ state, toldAt: null });
  });

  it('a refusal that comes when somebody else has sent it takes back nothing', async () => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    const row = await rowTo(classDate, buyer);
    const mailer = {
      ...site.deps.mailer,
      send: async (_: ComposedMail, beforeFinalDot: () => Promise<void>) => {
        await beforeFinalDot();
        await row.update({ leaseUntil: new Date(Date.now() - 1_000) });
        await send(classDate);
        throw new MailRefused(451);
      },
    };
    const about = { classDateId: classDate.id };
    await sendDueMails({ ...site.deps, mailer }, { about, now: NOW, heartbeat: () => undefined });
    expect(await row.reload()).toMatchObject({ state: 'sent', toldAt: expect.any(Date) as Date });
  });

  it.each([
    ['skipped', false, 'bounced'],
    ['bounced', false, 'bounced'],
    ['unknown', false, 'unknown'],
    ['failed', true, 'unknown'],
  ] as const)('one that was %s (repeated: %s), sent again and refused, is %s', async (state, resent, refused) => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    const row = await rowTo(classDate, buyer);
    await row.update({ state, resent, ...toldColumns(classDate, NOW) });
    await resendMails(site.deps, { ids: [row.id], evenIfSent: false }, THE_SYSTEM);
    await row.reload();
    expect(row).toMatchObject({ state: 'queued', resent: refused === 'unknown' });
    expect(row.toldAt).toEqual(state === 'bounced' ? null : NOW);
    await site.mailbox.addFault({ kind: 'refuse', address: buyer.email });
    await send(classDate, addMinutes(NOW, 5));
    expect(await row.reload()).toMatchObject({ state: refused });
    expect(row.toldAt === null).toBe(state === 'bounced');
  });

  it('behind it a mail whose news was taken back is not repeated, and may have arrived', async () => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    await send(classDate);
    const { startsAt } = classDate;
    await classDate.update({ startsAt: addMinutes(startsAt, 5), scheduleVersion: 2 });
    await plan(classDate, ['rescheduled']);
    const { id: passId } = await ZoomSecureToken.findOne({ where: { userId: buyer.id }, rejectOnEmpty: true });
    const where = { passId, kind: 'rescheduled' };
    await MailDelivery.update({ resent: true }, { where });
    await classDate.update({ startsAt });
    expect(await send(classDate)).toEqual({ sent: 0, retrying: 0 });
    expect(await MailDelivery.findOne({ where })).toMatchObject({ state: 'unknown', toldAt: null });
  });

  it('a worker that died before it lets the mail go out', async () => {
    const { classDate, buyer } = await buildScene(0);
    await plan(classDate, ['class_reminder']);
    const row = await rowTo(classDate, buyer);
    await row.update({ state: 'sending', leaseHolder: 'dead', leaseUntil: new Date(Date.now() + 60_000) });
    expect(await send(classDate)).toEqual({ sent: 0, retrying: 0 });
    await row.update({ leaseUntil: new Date(Date.now() - 1_000) });
    expect(await send(classDate)).toEqual({ sent: 1, retrying: 0 });
  });
});

it('sends what waits for its next try as soon as the mail server is known to answer again', async () => {
  const { classDate, buyer } = await buildScene(1);
  await plan(classDate);
  await site.mailbox.addFault({ kind: 'down' });
  await send(classDate);
  const { id: incidentId } = await Incident.findOne({ where: { cause: 'mail_unreachable' }, rejectOnEmpty: true });
  expect(await probeIncident(site.deps, { incidentId })).toBe('open');
  expect(await send(classDate)).toEqual({ sent: 0, retrying: 0 });
  await site.mailbox.clearFaults();
  expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
  expect(await WorkflowOutbox.count({ where: { classDateId: classDate.id, reason: 'incident closed' } })).toBe(1);
  expect(await send(classDate)).toEqual({ sent: 3, retrying: 0 });
  expect(site.mailbox.messages().filter(({ to }) => to === buyer.email)).toHaveLength(1);
});
