import type { Transaction } from 'sequelize';
import type { ToldRow } from '../domain/told';
import { MailDelivery } from '../models/MailDelivery';

/**
 * Who was told what of a class date. Plain rows: at each look of a class there are two for each of its people, and models
 * of them cost more than the look.
 */
export function readLedger(classDateId: number, transaction: Transaction | null = null): Promise<ToldRow[]> {
  return MailDelivery.findAll({
    where: { classDateId },
    attributes: [
      ...(['id', 'recipientKey', 'passId', 'userId', 'kind', 'version', 'minutesBefore', 'copy', 'state'] as const),
      ...(['toldAt', 'toldStartsAt', 'toldDurationMinutes', 'toldTeacherId', 'toldOff'] as const),
    ],
    raw: true,
    transaction,
  });
}

export function byRecipient<Row extends Pick<ToldRow, 'recipientKey'>>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.recipientKey);
    if (group) group.push(row);
    else groups.set(row.recipientKey, [row]);
  }
  return groups;
}
