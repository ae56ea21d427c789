import { lookAtIncident } from '../../../src/commands/lookAtIncident';
import { reportTrouble } from '../../../src/commands/openIncident';
import { planMails } from '../../../src/commands/planMails';
import { probeIncident } from '../../../src/commands/probeIncident';
import { sendDueMails, type SendResult } from '../../../src/commands/sendDueMails';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import { MailUnclear, type Mailer } from '../../../src/emails/mailer';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const NOW = new Date();
const OPEN = { openKey: 'mail_unreachable', closedAt: null } as const;

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

beforeEach(async () => {
  await site.mailbox.clearFaults();
  await MailDelivery.destroy({ where: {} });
  await Incident.update({ openKey: null, closedAt: NOW }, { where: OPEN });
});

/** Somebody's lesson, with a mail to come for them and one for their teacher. */
async function buildLesson(): Promise<ClassDate> {
  const buyer = await buildUser('student');
  const order = await buildOrder({ userId: buyer.id });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(NOW, 20) });
  await buildPass(site.deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  await planMails({ classDateId: classDate.id, now: NOW, kinds: ['class_reminder', 'teacher_start'] });
  return classDate;
}

async function sendLesson(
  mailer: Partial<Mailer> = {},
  { clock }: Pick<Deps, 'clock'> = site.deps,
): Promise<SendResult> {
  const { id: classDateId } = await buildLesson();
  const deps = { ...site.deps, clock, mailer: { ...site.deps.mailer, ...mailer } };
  return sendDueMails(deps, { about: { classDateId }, now: NOW, heartbeat: () => undefined });
}

async function sendLessons(count: number, mailer: Partial<Mailer> = {}): Promise<void> {
  for (let index = 0; index < count; index += 1) await sendLesson(mailer);
}

const failing = (fellSilent: boolean) => ({ send: () => Promise.reject(new MailUnclear(fellSilent)) });
/** It greets, and lets us log in. */
const SILENT = failing(true);
/** It greets, lets us log in, and hangs up. */
const HANGS_UP = failing(false);
const AWAY = { ...failing(false), verify: () => Promise.reject(new Error('no answer')) };

const findOpen = () => Incident.findOne({ where: OPEN, rejectOnEmpty: true });

it('one that lets us in and keeps silent over the mails of three lessons is trouble of everybody', async () => {
  await sendLessons(2, SILENT);
  expect(await Incident.count({ where: OPEN })).toBe(0);
  await sendLesson(SILENT);
  expect(await Incident.count({ where: OPEN })).toBe(1);
});

it('so is one that never confirms any', async () => {
  await site.mailbox.addFault({ kind: 'drop' });
  await sendLessons(2);
  expect(await Incident.count({ where: OPEN })).toBe(0);
  await sendLesson();
  expect(await Incident.count({ where: OPEN })).toBe(1);
});

it('one that lets us in and hangs up is none: that it lets us in would be its end at once', async () => {
  await sendLessons(4, HANGS_UP);
  expect(await Incident.count({ where: OPEN })).toBe(0);
});

it('trouble that comes back as soon as it is closed is looked at a minute later, and no earlier', async () => {
  await sendLesson(AWAY);
  const { id: incidentId } = await findOpen();
  // An hour ago, when it was opened.
  await Incident.update({ openedAt: addMinutes(NOW, -60) }, { where: { id: incidentId } });
  expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
  await reportTrouble(site.deps, { cause: 'mail_unreachable' });
  const { lastSeenAt } = await findOpen();
  const lookAfter = (minutes: number) => lookAtIncident(incidentId, addMinutes(lastSeenAt, minutes));
  const dueAt = addMinutes(lastSeenAt, 1).toISOString();
  const steps: unknown = expect.not.arrayContaining(['probeIncident']);
  expect(await lookAfter(0.1)).toMatchObject({ steps, nextLookAt: dueAt });
  expect((await lookAfter(1))?.steps).toContain('probeIncident');
});

it('one that takes mails between those over which it is silent is none', async () => {
  await sendLessons(2, SILENT);
  expect(await sendLesson()).toEqual({ sent: 2, retrying: 0 });
  await sendLessons(2, SILENT);
  expect(await Incident.count({ where: OPEN })).toBe(0);
});

it('nor does it count what it was silent over long ago', async () => {
  await sendLessons(2, SILENT);
  await sendLesson(SILENT, { clock: { now: () => addMinutes(new Date(), 16) } });
  expect(await Incident.count({ where: OPEN })).toBe(0);
});

it('what was given up over it counts', async () => {
  await sendLessons(2, SILENT);
  const given = {
    state: 'failed',
    lastError: 'the mail server let us in, and then did not answer; too late',
  } as const;
  await MailDelivery.update(given, { where: {} });
  await sendLesson(SILENT);
  expect(await Incident.count({ where: OPEN })).toBe(1);
});

it('it is not well because it greets, but as soon as it has taken a mail', async () => {
  await sendLessons(3, SILENT);
  const { id: incidentId } = await findOpen();
  expect(await probeIncident(site.deps, { incidentId })).toBe('open');
  await sendLesson();
  expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
});

it('one that was away is well as soon as it greets: what waits for it need not be tried before', async () => {
  await sendLesson(AWAY);
  const { id: incidentId } = await findOpen();
  expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
});
