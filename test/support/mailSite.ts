import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { startMailbox, type Mailbox } from '../../src/dev/mailbox/server';
import { testConfig } from './config';
import { createTestDatabase } from './database';
import { forbidSecondConnections } from './oneConnection';

/** Our mails on a real database and a real SMTP server. */
export interface MailSite {
  readonly deps: Deps;
  readonly mailbox: Mailbox;
  close(): Promise<void>;
}

export async function startMailSite(): Promise<MailSite> {
  const database = await createTestDatabase();
  const mailbox = await startMailbox();
  const deps = createDeps(testConfig({ DATABASE_URL: database.url, SMTP_PORT: String(mailbox.smtpPort) }));
  forbidSecondConnections(deps.db);
  return {
    deps,
    mailbox,
    close: async () => {
      await closeDeps(deps);
      await mailbox.close();
      await database.drop();
    },
  };
}
