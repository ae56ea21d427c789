import type { Transaction } from 'sequelize';
import { groupBy } from '../domain/groupBy';
import type { ToldRow } from '../domain/told';
import { MailDelivery } from '../models/MailDelivery';

/**
 * Who was told what of a class date. Plain rows: at each look of a class there are two for each of its people, and models
 * of them cost more than the look.
 */
export function readLedger(classDateId: number, transaction: Transaction | null = null): Promise<ToldRow[]> {
  return MailDelivery.findAll({ where: { classDateId }, attributes: [...COLUMNS], raw: true, transaction });
}

const COLUMNS = [
  ...(['id', 'recipientKey', 'passId', 'userId', 'kind', 'version', 'minutesBefore', 'copy', 'state'] as const),
  ...(['toldAt', 'toldStartsAt', 'toldDurationMinutes', 'toldTeacherId', 'toldOff'] as const),
];

/** The same of many class dates at once, by class date; one that nobody was told anything of has none. */
export async function readLedgers(classDateIds: readonly number[]): Promise<Map<number, ToldRow[]>> {
  const where = { classDateId: [...classDateIds] };
  const rows = await MailDelivery.findAll({ where, attributes: [...COLUMNS, 'classDateId'], raw: true });
  return groupBy(rows, (row) => row.classDateId ?? 0);
}

export function byRecipient<Row extends Pick<ToldRow, 'recipientKey'>>(rows: readonly Row[]): Map<string, Row[]> {
  return groupBy(rows, (row) => row.recipientKey);
}
