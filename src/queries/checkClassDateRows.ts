import { Op, type Transaction } from 'sequelize';
import { IN_THE_PAST } from '../commands/checkSchedule';
import type { ClassDateRow, RowProblem } from '../commands/readClassDateRows';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';

/** A row whose order is there. */
export interface OrderedRow {
  readonly row: ClassDateRow;
  readonly order: BookOrder;
}

export interface CheckedRows {
  readonly toBook: readonly OrderedRow[];
  /** how many are booked already, just as they stand there */
  readonly there: number;
  readonly problems: readonly RowProblem[];
}

const AT_ONCE = 500;

/**
 * Looks up what rows name: which can be booked, which are there already, and which are refused.
 *
 * @param lines of what other parts of the same file name; an order has two names, so that a repeat is known only here
 */
export async function checkClassDateRows(
  rows: readonly ClassDateRow[],
  transaction: Transaction | null = null,
  lines: Map<string, number> = new Map(),
): Promise<CheckedRows> {
  const all: { toBook: OrderedRow[]; there: number; problems: RowProblem[] } = { toBook: [], there: 0, problems: [] };
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE);
    const orders = await findOrders(some, transaction);
    const known = await findKnown(some, orders, transaction);
    for (const row of some) {
      const order = orders.get(row.order);
      const problem = problemOf(row, order, known) ?? (order && repeated(row, order, lines));
      if (problem) all.problems.push({ line: row.line, ...problem });
      else if (order && known.has(keyOf(order.id, row.externalId))) all.there += 1;
      else if (order) all.toBook.push({ row, order });
    }
  }
  return all;
}

async function findOrders(
  rows: readonly ClassDateRow[],
  transaction: Transaction | null,
): Promise<Map<string, BookOrder>> {
  const names = [...new Set(rows.map(({ order }) => order))];
  const ids = names.filter((name) => !name.includes(':')).map(Number);
  const external = names.filter((name) => name.includes(':')).map((name) => splitName(name));
  // In one order, so that two imports never wait for each other.
  const options = { order: ['id'], transaction, ...(transaction ? { lock: true } : {}) } as const;
  const orders = await BookOrder.findAll({ ...options, order: ['id'], where: { [Op.or]: [{ id: ids }, ...external] } });
  return new Map(
    orders.flatMap((order) => [
      [String(order.id), order] as const,
      ...(order.customer === null ? [] : [[`${order.customer}:${order.externalId}`, order] as const]),
    ]),
  );
}

function splitName(name: string): { customer: string; externalId: string } {
  const colon = name.indexOf(':');
  return { customer: name.slice(0, colon), externalId: name.slice(colon + 1) };
}

async function findKnown(
  rows: readonly ClassDateRow[],
  orders: ReadonlyMap<string, BookOrder>,
  transaction: Transaction | null,
): Promise<Map<string, ClassDate>> {
  const orderId = [...new Set([...orders.values()].map(({ id }) => id))];
  const where = { orderId, externalId: rows.map(({ externalId }) => externalId) };
  const classDates = await ClassDate.findAll({ where, transaction });
  return new Map(classDates.map((one) => [keyOf(one.orderId, one.externalId ?? ''), one]));
}

function problemOf(
  row: ClassDateRow,
  order: BookOrder | undefined,
  known: ReadonlyMap<string, ClassDate>,
): Omit<RowProblem, 'line'> | null {
  if (!order) return { column: 'order', message: 'There is no such order.' };
  if (order.cancelledAt !== null) return { column: 'order', message: 'This order is cancelled.' };
  const classDate = known.get(keyOf(order.id, row.externalId));
  if (!classDate) return row.isPast ? { column: 'start', message: IN_THE_PAST } : null;
  const { timeZone, durationMinutes, state } = classDate;
  const same = classDate.localStart === row.localStart;
  if (state === 'cancelled') return { column: 'class_date', message: 'This class date is cancelled; reopen it there.' };
  if (same && timeZone === row.timeZone && durationMinutes === row.durationMinutes) return null;
  return { column: 'start', message: 'This class date is booked at another time. An import moves nothing.' };
}

/** The first of two counts. */
function repeated(row: ClassDateRow, { id }: BookOrder, lines: Map<string, number>): Omit<RowProblem, 'line'> | null {
  const key = keyOf(id, row.externalId);
  const first = lines.get(key);
  if (first === undefined) lines.set(key, row.line);
  return first === undefined || first === row.line
    ? null
    : { column: 'class_date', message: `This class date is in line ${first} already.` };
}

function keyOf(orderId: number, externalId: string): string {
  return `${orderId}\n${externalId}`;
}
