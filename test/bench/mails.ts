import { randomBytes } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { sendDueMails } from '../../src/commands/sendDueMails';
import { planMails } from '../../src/commands/planMails';
import { addMinutes } from '../../src/domain/clock';
import { composeMail } from '../../src/emails/composeMail';
import { MAIL_CONNECTIONS } from '../../src/emails/mailer';
import { MailDelivery } from '../../src/models/MailDelivery';
import { loadMailClass, loadRecipients } from '../../src/queries/loadMails';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { inBatches } from '../support/inBatches';
import { startProcessStack, type ProcessStack } from '../support/processStack';

const CLASSES = 40;
const RECIPIENTS = 50;
/** As many activities as a worker runs at once. */
const AT_ONCE = 4;

export interface MailsResult {
  /** mails a second */
  readonly sent: number;
  /** the same bytes by nodemailer's own pool into the same mailbox, and nothing written down */
  readonly floor: number;
}

/** Mails of classes, each with its ledger row, beside a bare pool of as many connections. */
export async function runMails(): Promise<MailsResult> {
  const hosts = simulatedTeachers(4);
  const stack = await startProcessStack({ users: hosts, seed: 1 });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const opens = addMinutes(new Date(), -1);
    const herd = await bookHerd(stack.deps, {
      teachers,
      classes: CLASSES,
      recipients: RECIPIENTS,
      opensAt: () => opens,
    });
    const now = new Date();
    for (const { id } of herd) {
      await planMails({ classDateId: id, now, kinds: ['class_reminder', 'guest_invitation'] });
    }
    const floor = await sendBare(stack);
    const startedAt = performance.now();
    await inBatches(herd.length, AT_ONCE, async (index) => {
      const about = { classDateId: herd[index]?.id ?? 0 };
      await sendDueMails(stack.deps, { about, now, heartbeat: () => undefined });
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const sent = await MailDelivery.count({ where: { state: 'sent' } });
    if (sent !== CLASSES * RECIPIENTS) throw new Error(`${sent} of ${CLASSES * RECIPIENTS} mails were sent.`);
    return { sent: sent / seconds, floor };
  } finally {
    await stack.close();
  }
}

/** One mail, made once, as often as there are mails; warm by a tenth of them. */
async function sendBare({ deps }: ProcessStack): Promise<number> {
  const row = await MailDelivery.findOne({ rejectOnEmpty: true });
  const recipient = (await loadRecipients([row])).get(row.id);
  if (!recipient) throw new Error('The mail has no recipient.');
  const about = await loadMailClass(row.classDateId ?? 0, new Date());
  const { raw, from, to } = await composeMail(deps, row, about, recipient, new Date());
  const { host, port } = deps.config.smtp;
  const pool = createTransport({ host, port, secure: false, pool: true, maxConnections: MAIL_CONNECTIONS });
  const send = (count: number) =>
    inBatches(count, MAIL_CONNECTIONS * AT_ONCE, async () => {
      const copy = raw.toString('latin1').replace(row.messageKey, randomBytes(16).toString('hex'));
      await pool.sendMail({ envelope: { from, to: [to] }, raw: Buffer.from(copy, 'latin1') });
    });
  const count = CLASSES * RECIPIENTS;
  await send(count / 10);
  const startedAt = performance.now();
  await send(count);
  const seconds = (performance.now() - startedAt) / 1000;
  pool.close();
  return count / seconds;
}
