import { randomBytes } from 'node:crypto';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Config } from '../config/loadConfig';
import type { ComposedMail } from './mailer';

/** A mail to oneself: what arrives proves host, login, sender and the way there. */
export async function composeTestMail({ mailFrom, appUrl }: Config, to: string): Promise<ComposedMail> {
  const host = mailFrom.address.split('@')[1];
  const composer = new MailComposer({
    from: { name: mailFrom.name, address: mailFrom.address },
    to,
    subject: 'A test of DreamCrowd Live',
    messageId: `<${randomBytes(16).toString('hex')}.test@${host}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: [
      `This mail was asked for at ${appUrl} to see whether mails arrive.`,
      'It did. If it lies among spam, look at SPF, DKIM and DMARC of the domain it comes from.',
      '',
    ].join('\n\n'),
  });
  return { from: mailFrom.address, to, raw: await composer.compile().build() };
}
