import { Op, type Transaction, type WhereOptions } from 'sequelize';
import type { MailState } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';

/** It has gone out, or may have. */
const AWAY: readonly MailState[] = ['sending', 'data_sent', 'sent', 'unknown'];

/**
 * Whether anything was mailed to an address while it was somebody's: about an account, a class they give, or one they have a
 * pass for. One that was told before that it is theirs no longer had been theirs, and mailed, before that.
 *
 * @param email that was theirs since `emailSince`; null: from the beginning
 */
export async function hasBeenMailed(
  { userId, email, emailSince }: { readonly userId: number; readonly email: string; readonly emailSince: Date | null },
  transaction: Transaction,
): Promise<boolean> {
  const passes = await ZoomSecureToken.findAll({ where: { userId }, attributes: ['id'], transaction });
  const theirs = { [Op.or]: [{ userId }, { passId: passes.map(({ id }) => id) }] };
  const away = { [Op.or]: [{ state: [...AWAY] }, { resent: true }] };
  const toIt = { toEmail: null, [Op.and]: [theirs, away, ...since(emailSince)] };
  const where = { [Op.or]: [toIt, { userId, toEmail: email }] };
  return (await MailDelivery.findOne({ where, attributes: ['id'], transaction })) !== null;
}

/** What went out, or may have, since then. Of what is sent just now nobody knows yet whereto. */
function since(from: Date | null): WhereOptions<MailDelivery>[] {
  if (from === null) return [];
  return [
    {
      [Op.or]: [{ sentAt: { [Op.gte]: from } }, { sentAt: null, updatedAt: { [Op.gte]: from } }, { state: 'sending' }],
    },
  ];
}
