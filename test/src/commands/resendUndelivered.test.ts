import { randomBytes } from 'node:crypto';
import { resendUndelivered } from '../../../src/commands/resendUndelivered';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

/** More than one look at the ledger takes up, and more than any command ever took up at once. */
const USELESS = 1_001;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

it('reaches what would help behind any number of mails that help nobody any more', async () => {
  const { deps } = website;
  const student = await buildUser('student');
  const person = { userId: student.id, email: student.email };
  const ahead = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 10) });
  const over = await buildClassDate({ state: 'settled', startsAt: addMinutes(new Date(), -600) });
  const { pass } = await buildPass(deps.signingKeys, ahead, person);
  const first = await buildMail(ahead, pass, { state: 'failed' });
  const useless = await buildMail(over, pass, { state: 'failed' });
  await MailDelivery.bulkCreate(
    Array.from({ length: USELESS - 1 }, (_, index) => ({
      ...useless.get(),
      ...{ id: useless.id + 1 + index, version: 1_000 + index, messageKey: randomBytes(16).toString('hex') },
    })),
  );
  const last = await buildMail(ahead, pass, { kind: 'new_link', state: 'bounced' });
  const sent = await buildMail(ahead, pass, { kind: 'new_link', version: 9, state: 'sent' });

  const would = await resendUndelivered(deps, {}, { dryRun: true }, THE_SYSTEM);
  expect(would.size).toBe(USELESS + 2);
  expect([...would].flatMap(([id, why]) => (why === null ? [id] : []))).toEqual([last.id, first.id]);
  expect((await first.reload()).state).toBe('failed');

  await resendUndelivered(deps, {}, { dryRun: false }, THE_SYSTEM);
  const states = await Promise.all([first, last, useless, sent].map(async (mail) => (await mail.reload()).state));
  expect(states).toEqual(['queued', 'queued', 'failed', 'sent']);
  expect((await website.audited()).filter((action) => action === 'mail_resent')).toHaveLength(2);
});
