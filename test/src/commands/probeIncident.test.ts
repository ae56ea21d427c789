import { planMails } from '../../../src/commands/planMails';
import { probeIncident } from '../../../src/commands/probeIncident';
import { sendDueMails, type SendResult } from '../../../src/commands/sendDueMails';
import { addMinutes } from '../../../src/domain/clock';
import { MailRefused, type Mailer } from '../../../src/emails/mailer';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const NOW = new Date();
const OPEN = { openKey: 'mail_unreachable' } as const;

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

/** A class whose students have a mail to come. */
async function buildMailed(students: number): Promise<ClassDate> {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(NOW, 20) });
  for (let index = 0; index < students; index += 1) {
    const { id: userId, email } = await buildUser('student');
    await buildPass(site.deps.signingKeys, classDate, { userId, email });
  }
  await planMails({ classDateId: classDate.id, now: NOW, kinds: ['class_reminder'] });
  return classDate;
}

function send({ id }: ClassDate, mailer: Mailer = site.deps.mailer): Promise<SendResult> {
  return sendDueMails(
    { ...site.deps, mailer },
    { about: { classDateId: id }, now: addMinutes(NOW, 1), heartbeat: () => undefined },
  );
}

/** A mail server that greets, and refuses each mail. */
async function meetRefusals(refusal: MailRefused, mails = 4): Promise<{ classDate: ClassDate; incidentId: number }> {
  const classDate = await buildMailed(mails);
  await send(classDate, { ...site.deps.mailer, send: () => Promise.reject(refusal) });
  const { id: incidentId } = await Incident.findOne({ where: OPEN, rejectOnEmpty: true });
  return { classDate, incidentId };
}

const SENDER_REFUSED = new MailRefused(550, false);
const LOGIN_REFUSED = new MailRefused(535, false, true);

describe('a mail server that takes no mails', () => {
  it('is well as soon as it lets us in, where that is what it had refused', async () => {
    const { classDate, incidentId } = await meetRefusals(LOGIN_REFUSED);
    expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
    expect(await send(classDate)).toEqual({ sent: 4, retrying: 0 });
  });

  it('is not well because it greets, but as soon as it has taken one, and then gets all that wait', async () => {
    const { classDate, incidentId } = await meetRefusals(SENDER_REFUSED);
    expect(await probeIncident(site.deps, { incidentId })).toBe('open');
    expect(await send(await buildMailed(1))).toEqual({ sent: 1, retrying: 0 });
    expect(await probeIncident(site.deps, { incidentId })).toBe('closed');
    expect(await send(classDate)).toEqual({ sent: 4, retrying: 0 });
  });

  it('is well when no mail waits that could tell, and none was given up for it lately', async () => {
    const { classDate, incidentId } = await meetRefusals(SENDER_REFUSED);
    await MailDelivery.update({ state: 'failed' }, { where: { classDateId: classDate.id } });
    expect(await probeIncident(site.deps, { incidentId })).toBe('open');
    const clock = { now: () => addMinutes(new Date(), 16) };
    expect(await probeIncident({ ...site.deps, clock }, { incidentId })).toBe('closed');
  });

  it.each([
    [1, SENDER_REFUSED],
    [2, LOGIN_REFUSED],
  ])('is trouble also where a class has only %i', async (mails, refusal) => {
    const { incidentId } = await meetRefusals(refusal, mails);
    expect(await Incident.findByPk(incidentId)).toMatchObject({ closedAt: null, occurrences: 1 });
  });

  it('is no trouble of everybody when one mail alone is not confirmed', async () => {
    await site.mailbox.addFault({ kind: 'drop' });
    await send(await buildMailed(1));
    expect(await Incident.count({ where: OPEN })).toBe(0);
  });

  it.each([
    ['is no trouble of everybody when it answers, and is slow over one mail alone', true, 0],
    ['is trouble when it answers nobody, though but one mail waits', false, 1],
  ])('%s', async (_what, answers, opened) => {
    const verify = () => (answers ? Promise.resolve() : Promise.reject(new Error('no answer')));
    const noAnswer = () => Promise.reject(new Error('The mail server gave no answer'));
    await send(await buildMailed(1), { ...site.deps.mailer, verify, send: noAnswer });
    expect(await Incident.count({ where: OPEN })).toBe(opened);
  });

  it('is not well because it greets while it never confirms one', async () => {
    const { incidentId } = await meetRefusals(LOGIN_REFUSED);
    await site.mailbox.addFault({ kind: 'drop' });
    await send(await buildMailed(1));
    expect(await probeIncident(site.deps, { incidentId })).toBe('open');
  });
});
