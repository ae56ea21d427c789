import { startMailbox, type Mailbox } from '../../src/dev/mailbox/server';
import { startWebsite, type Website } from './website';

/** The web application, and the mailbox that its mails go to. */
export interface MailedWebsite {
  readonly website: Website;
  readonly mailbox: Mailbox;
  close(): Promise<void>;
}

export async function startMailedWebsite(): Promise<MailedWebsite> {
  const mailbox = await startMailbox();
  const website = await startWebsite({ SMTP_PORT: String(mailbox.smtpPort) });
  return {
    website,
    mailbox,
    close: async () => {
      await website.close();
      await mailbox.close();
    },
  };
}
