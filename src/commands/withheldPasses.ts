import { Op, type Transaction } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import type { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { addToOutbox } from '../temporal/outbox';
import { dropRegistrant } from './dropRegistrant';
import { forgetRehearsals } from './forgetRehearsals';

interface Touched {
  readonly passes: number;
  /** to be delivered after the commit */
  readonly outboxIds: number[];
}

/**
 * The passes of somebody who is disabled stop working with the commit; a claim at the same instant waits for the rows' locks
 * and is refused, or came first and is cut at Zoom. Those of classes that are over stay as they are: they let nobody in,
 * and attendance goes by them.
 *
 * @param classDateId only this class's, whatever its state was until now
 */
export async function withholdPasses(
  userId: number,
  now: Date,
  transaction: Transaction,
  classDateId?: number,
): Promise<Touched> {
  const mine = { userId, revokedAt: null, ...(classDateId === undefined ? {} : { classDateId }) };
  const passes = await ZoomSecureToken.findAll({ where: mine, transaction, lock: true });
  const open = new Set(await openAmong(passes, transaction));
  const withheld = passes.filter((pass) => classDateId !== undefined || open.has(pass.classDateId));
  for (const pass of withheld) {
    await pass.update(withheldAt(now), { transaction });
    await dropRegistrant(pass, transaction);
  }
  return tell(withheld, transaction);
}

/**
 * The same for passes that this very transaction has made, many at once: nobody was let in by them, and whoever makes them
 * tells of their classes.
 *
 * @param buyers locked
 */
export async function withholdNewPasses(
  buyers: readonly User[],
  classDates: readonly ClassDate[],
  now: Date,
  transaction: Transaction,
): Promise<void> {
  const userId = buyers.filter(({ disabledAt }) => disabledAt !== null).map(({ id }) => id);
  if (userId.length === 0) return;
  const where = { userId, classDateId: classDates.map(({ id }) => id) };
  await ZoomSecureToken.update(withheldAt(now), { where, transaction });
}

/** Given back when their person is enabled, as those that were withdrawn otherwise are not. */
function withheldAt(now: Date) {
  return { revokedAt: now, withheld: true };
}

/** Those of classes that are still to come, of orders that are still theirs, work again; the links are the same. */
export async function giveBackPasses(userId: number, transaction: Transaction): Promise<Touched> {
  const passes = await ZoomSecureToken.findAll({ where: { userId, withheld: true }, transaction, lock: true });
  const classDates = await ClassDate.findAll({
    where: { id: passes.map(({ classDateId }) => classDateId) },
    transaction,
  });
  const orders = await BookOrder.findAll({
    where: { id: classDates.map(({ orderId }) => orderId), userId },
    transaction,
  });
  const orderIds = new Set(orders.map(({ id }) => id));
  const theirs = new Set(classDates.filter(({ orderId }) => orderIds.has(orderId)).map(({ id }) => id));
  const back = passes.filter(({ classDateId }) => theirs.has(classDateId));
  for (const pass of back) await pass.update({ revokedAt: null, withheld: false }, { transaction });
  const open = new Set(await openAmong(back, transaction));
  return tell(
    back.filter(({ classDateId }) => open.has(classDateId)),
    transaction,
  );
}

async function openAmong(passes: readonly ZoomSecureToken[], transaction: Transaction): Promise<number[]> {
  const rows = await ClassDate.findAll({
    where: {
      id: passes.map(({ classDateId }) => classDateId),
      closedAt: null,
      state: { [Op.notIn]: OVER_STATES },
    },
    attributes: ['id'],
    transaction,
  });
  return rows.map(({ id }) => id);
}

async function tell(passes: readonly ZoomSecureToken[], transaction: Transaction): Promise<Touched> {
  const ids = [...new Set(passes.map(({ classDateId }) => classDateId))];
  await forgetRehearsals({ id: ids }, transaction);
  const outboxIds: number[] = [];
  for (const classDateId of ids) outboxIds.push(await addToOutbox({ classDateId }, 'roster changed', transaction));
  return { passes: passes.length, outboxIds };
}
