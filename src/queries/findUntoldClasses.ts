import { Op, type Transaction } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { DISABLED } from './loadMails';

/** The coming classes, also those that were cancelled, of which a mail to somebody was left out because they were disabled. */
export async function findUntoldClasses(userId: number, now: Date, transaction: Transaction): Promise<number[]> {
  const passes = await ZoomSecureToken.findAll({ where: { userId }, attributes: ['id'], transaction });
  const mails = await MailDelivery.findAll({
    where: {
      ...{ state: 'skipped', toldAt: null, lastError: DISABLED, classDateId: { [Op.not]: null } },
      [Op.or]: [{ userId }, { passId: passes.map(({ id }) => id) }],
    },
    attributes: ['classDateId'],
    transaction,
  });
  const where = { id: mails.flatMap(({ classDateId }) => classDateId ?? []), startsAt: { [Op.gt]: now } };
  const coming = await ClassDate.findAll({ where, attributes: ['id'], order: ['id'], transaction });
  return coming.map(({ id }) => id);
}
