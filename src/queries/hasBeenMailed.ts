import { Op, type Transaction } from 'sequelize';
import type { MailState } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';

/** It has gone out, or may have. */
const AWAY: readonly MailState[] = ['sending', 'data_sent', 'sent', 'unknown'];

/** Whether anything was ever mailed to somebody: about an account, a class they give, or one they have a pass for. */
export async function hasBeenMailed(userId: number, transaction: Transaction): Promise<boolean> {
  const passes = await ZoomSecureToken.findAll({ where: { userId }, attributes: ['id'], transaction });
  const theirs = { [Op.or]: [{ userId }, { passId: passes.map(({ id }) => id) }] };
  const where = { [Op.and]: [{ state: [...AWAY] }, theirs] };
  return (await MailDelivery.findOne({ where, attributes: ['id'], transaction })) !== null;
}
