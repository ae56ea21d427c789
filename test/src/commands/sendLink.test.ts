import { planMails } from '../../../src/commands/planMails';
import { sendDueMails } from '../../../src/commands/sendDueMails';
import { sendLink } from '../../../src/commands/sendLink';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind } from '../../../src/domain/mails';
import { MailUnclear, type Mailer } from '../../../src/emails/mailer';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';
import { RecordingTemporal } from '../../support/recordingTemporal';

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

/** A class in twenty minutes with a student, who has been reminded of it. */
async function buildReminded() {
  const { id: userId, email } = await buildUser('student');
  const order = await buildOrder({ userId });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(new Date(), 20) });
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
  const classDateId = classDate.id;
  const sendWaiting = (now = new Date(), mailer: Partial<Mailer> = {}) => {
    const deps = { ...site.deps, mailer: { ...site.deps.mailer, ...mailer } };
    return sendDueMails(deps, { about: { classDateId }, now, heartbeat: () => undefined });
  };
  const tell = async (kind: ClassMailKind) => {
    await planMails({ classDateId, now: new Date(), kinds: [kind] });
    await sendWaiting();
  };
  await tell('class_reminder');
  return { classDate, pass, sendWaiting, tell };
}

const send = (passId: number) =>
  sendLink({ ...site.deps, temporal: new RecordingTemporal() }, { passId, anew: false }, THE_SYSTEM);

it.each(['cancelled', 'missed'] as const)(
  'a link that waits does not go out once the class is %s: it would pass for the word of that',
  async (state) => {
    const { classDate, pass, sendWaiting, tell } = await buildReminded();
    await send(pass.id);
    await classDate.update({ state });
    // While edits are gathered what waits is sent, and nothing planned.
    await sendWaiting();
    await tell(state);
    const rows = await MailDelivery.findAll({ where: { passId: pass.id }, order: ['id'] });
    expect(rows.map((row) => [row.kind, row.state])).toEqual([
      ['class_reminder', 'sent'],
      ['new_link', 'skipped'],
      [state, 'sent'],
    ]);
  },
);

describe('in a class that runs on after its doors would have closed', () => {
  const startsAt = addMinutes(new Date(), -100);
  const overruns = { state: 'live', startsAt, liveAt: startsAt, durationMinutes: 60 } as const;

  const stateOfLink = async (passId: number) =>
    (await MailDelivery.findOne({ where: { passId, kind: 'new_link' }, rejectOnEmpty: true })).state;

  it('a link that is asked for goes out', async () => {
    const { classDate, pass, sendWaiting } = await buildReminded();
    await classDate.update(overruns);
    await send(pass.id);
    await sendWaiting();
    expect(await stateOfLink(pass.id)).toBe('sent');
  });

  it.each([
    ['its teacher has ended it', { closedAt: null }],
    ['it was closed', { closedAt: new Date() }],
  ])('a link that waits does not go out once %s', async (_what, changes) => {
    const { classDate, pass, sendWaiting } = await buildReminded();
    await classDate.update(overruns);
    await send(pass.id);
    await classDate.update({ state: 'ended', endedAt: new Date(), ...changes });
    await sendWaiting();
    expect(await stateOfLink(pass.id)).toBe('skipped');
  });

  it('a link that every try was in vain for until it was over has failed, and says of what', async () => {
    const { classDate, pass, sendWaiting } = await buildReminded();
    await classDate.update(overruns);
    await send(pass.id);
    await sendWaiting(new Date(), { send: () => Promise.reject(new MailUnclear(false)) });
    expect(await stateOfLink(pass.id)).toBe('queued');
    await classDate.update({ state: 'ended', endedAt: new Date(), closedAt: new Date() });
    await sendWaiting(addMinutes(new Date(), 1));
    const link = await MailDelivery.findOne({ where: { passId: pass.id, kind: 'new_link' } });
    const lastError = 'the mail server did not answer; the class was over before the mail went out';
    expect(link).toMatchObject({ state: 'failed', lastError });
  });
});

it.each(['cancelled', 'missed', 'settled'] as const)(
  'no link is sent to a class that is %s, by whomever it is asked for',
  async (state) => {
    const { classDate, pass } = await buildReminded();
    await classDate.update({ state });
    await expect(send(pass.id)).rejects.toMatchObject({ status: 409, code: 'class_is_over' });
    expect(await MailDelivery.count({ where: { passId: pass.id, kind: 'new_link' } })).toBe(0);
  },
);
