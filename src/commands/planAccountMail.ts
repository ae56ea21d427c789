import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import type { AccountMailKind } from '../domain/mails';
import type { AccountLink } from '../models/AccountLink';
import { MailDelivery } from '../models/MailDelivery';

/**
 * The ledger's row of a mail about somebody's account.
 *
 * @param toEmail a former address of theirs, which it goes to; null: where they read when it goes out
 */
export async function planAccountMail(
  { id: accountLinkId, userId }: AccountLink,
  kind: AccountMailKind,
  { now, usefulUntil }: { readonly now: Date; readonly usefulUntil: Date },
  transaction: Transaction,
  toEmail: string | null = null,
): Promise<void> {
  const about = { accountLinkId, userId, toEmail, recipientKey: `user:${userId}` };
  const row = { kind, version: 1, state: 'queued' as const, messageKey: randomBytes(16).toString('hex') };
  await MailDelivery.create({ ...about, ...row, createdAt: now, nextAttemptAt: now, usefulUntil }, { transaction });
}
