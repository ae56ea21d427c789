import { Op } from 'sequelize';
import { addMinutes } from '../domain/clock';
import { SILENT_INSIDE, TAKES_NONE_OF_OURS } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';

/** As long as a mail waits between two tries at most: trouble nobody has met for so long is over. */
const QUIET_MINUTES = 15;

/**
 * Whether mails go out as far as the ledger knows. That a mail server answers does not say that it takes any: it has taken
 * one since the trouble was last seen, or none whose last try reached it in vain waits or was lately given up.
 */
export async function doMailsGoOut(lastSeenAt: Date, now: Date): Promise<boolean> {
  const taken = { state: 'sent' as const, sentAt: { [Op.gt]: lastSeenAt } };
  if ((await MailDelivery.findOne({ where: taken, attributes: ['id'] })) !== null) return true;
  // One that is left out now says so around the words.
  const inVain = [TAKES_NONE_OF_OURS, ...SILENT_INSIDE].map((words) => ({
    lastError: { [Op.substring]: words },
  }));
  const lately = { [Op.gt]: addMinutes(now, -QUIET_MINUTES) };
  const held = [
    { state: ['queued' as const, 'sending' as const, 'data_sent' as const] },
    { state: ['failed' as const, 'skipped' as const, 'unknown' as const], updatedAt: lately },
  ];
  const where = { [Op.and]: [{ [Op.or]: inVain }, { [Op.or]: held }] };
  return (await MailDelivery.findOne({ where, attributes: ['id'] })) === null;
}
