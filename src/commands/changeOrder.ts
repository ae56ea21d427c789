import { Op, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, FieldErrors, type FieldError } from '../errors';
import type { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { listComingClassDates, listOpenClassDates } from '../queries/listOpenClassDates';
import { deliverOutbox } from '../temporal/outbox';
import { changeBuyer, type NoteTouched } from './changeBuyer';
import { changeClassIn, forgetHost, type ClassEdit } from './changeClass';
import { checkTeacher, substitutionIn } from './changeTeacher';
import { checkTitle } from './createOrder';
import { noteFormerTeacher } from './keepQuiet';
import { lockOrder, refuseStaleOrder } from './lockOrder';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What every edit of an order may say besides what it changes. */
export interface OrderEdit extends Pick<ClassEdit, 'force' | 'notify'> {
  readonly orderId: number;
  /** The version of the order that whoever edits had before them; without it the last edit wins. */
  readonly expectedVersion?: number | undefined;
}

/** What is not named stays as it is. */
export interface OrderChange extends OrderEdit {
  readonly title?: string | undefined;
  readonly teacherId?: number | undefined;
  readonly buyerId?: number | undefined;
}

export interface OrderChanged {
  readonly changed: boolean;
  /** how many of its coming class dates were touched */
  readonly classDates: number;
}

/**
 * Changes an order with all its class dates that are still to come, in one commit: what they are called, who gives them,
 * and who bought them.
 *
 * @throws FieldErrors; AppError 409 when one of them is live and not forced, or the order another than `expectedVersion`
 */
export async function changeOrder(deps: Deps, edit: OrderChange, origin: AuditOrigin): Promise<OrderChanged> {
  const { outboxIds, ...result } = await inTransaction(deps.db, (transaction) =>
    changeOrderIn(deps, edit, origin, transaction),
  );
  await deliverOutbox(deps, ...outboxIds);
  return result;
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function changeOrderIn(
  deps: Deps,
  edit: OrderChange,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<OrderChanged & { outboxIds: number[] }> {
  const order = await lockOrder(edit.orderId, transaction);
  const { title, teacherId, buyerId } = await checkChange(order, edit, transaction);
  const touched = new Set<number>();
  const outboxIds: number[] = [];
  const note = (classDateId: number, ids: readonly number[]) => {
    touched.add(classDateId);
    outboxIds.push(...ids);
  };
  const metadata = { title: title !== null, teacherId, buyerId };
  if (title === null && teacherId === null && buyerId === null) return { changed: false, classDates: 0, outboxIds: [] };
  refuseStaleOrder(order, edit.expectedVersion);
  await order.update({ version: order.version + 1 }, { transaction });
  if (title !== null) {
    await order.update({ title }, { transaction });
    await renameRooms(deps, edit, origin, transaction, note);
  }
  if (teacherId !== null) {
    await giveThoseOff(deps, order, teacherId, origin, transaction);
    await order.update({ teacherId }, { transaction });
    await changeTeachers(deps, { ...edit, teacherId }, origin, transaction, note);
  }
  if (buyerId !== null) await changeBuyer(deps, order, { ...edit, buyerId }, origin, transaction, note);
  const entity = { type: 'book_order', id: order.id };
  await writeAudit(deps, origin, { action: 'order_changed', entity, metadata }, transaction);
  return { changed: true, classDates: touched.size, outboxIds };
}

/** What is another than it is, checked; null for what stays. */
async function checkChange(order: BookOrder, edit: OrderChange, transaction: Transaction) {
  const title = edit.title === undefined || edit.title.trim() === order.title ? null : edit.title.trim();
  const teacherId = edit.teacherId === undefined || edit.teacherId === order.teacherId ? null : edit.teacherId;
  const buyerId = edit.buyerId === undefined || edit.buyerId === order.userId ? null : edit.buyerId;
  const problems: FieldError[] = title === null ? [] : checkTitle(title);
  if (buyerId !== null) problems.push(...(await checkBuyer(buyerId, transaction)));
  if (problems.length > 0) throw new FieldErrors(problems);
  if (teacherId !== null) await checkTeacher(teacherId, transaction);
  if (order.cancelledAt)
    throw new AppError(409, 'order_cancelled', 'This order is cancelled; nothing of it can be changed.');
  return { title, teacherId, buyerId };
}

async function checkBuyer(buyerId: number, transaction: Transaction): Promise<FieldError[]> {
  // Locked, so that they are not disabled meanwhile without their new passes being withheld.
  const buyer = await User.findByPk(buyerId, { transaction, lock: true });
  if (buyer?.role === 'student' && !buyer.disabledAt) return [];
  return [{ field: 'buyerId', message: 'Choose a student.' }];
}

/** Mails take the title as it is when they go out; only rooms that are there have to hear of it. */
async function renameRooms(
  deps: Deps,
  { orderId }: OrderChange,
  origin: AuditOrigin,
  transaction: Transaction,
  note: NoteTouched,
): Promise<void> {
  for (const { id } of await listOpenClassDates(orderId, transaction)) {
    const decision = { changes: {}, action: 'order_changed', reason: 'order changed' } as const;
    const edit = { classDateId: id, force: true };
    const { outboxIds } = await changeClassIn(deps, edit, origin, () => decision, transaction);
    note(id, outboxIds);
  }
}

/**
 * Of those that are cancelled, or were missed, nobody hears; but one that takes place after all is given by the teacher of
 * its order. A missed one of which a person said that something else became of it stays with whom that was said of.
 */
async function giveThoseOff(
  deps: Deps,
  { id: orderId, teacherId: formerTeacherId }: BookOrder,
  teacherId: number,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const now = deps.clock.now();
  // Whatever its time was: it may be given another when it is reopened or moved.
  const isOff = { [Op.or]: [{ state: 'cancelled' }, { state: 'missed', outcome: 'room_failed' }] };
  const where = { orderId, teacherId: formerTeacherId, ...isOff };
  for (const classDate of await ClassDate.findAll({ where, lock: true, transaction })) {
    // A copy: the row itself is about to change.
    const former = { ...classDate.get({ plain: true }) };
    await classDate.update({ teacherId, version: classDate.version + 1 }, { transaction });
    await noteFormerTeacher(classDate, former, now, transaction);
    await forgetHost(deps, classDate, transaction);
    const entity = { type: 'class_date', id: classDate.id };
    const metadata = { formerTeacherId, teacherId, version: classDate.version };
    await writeAudit(deps, origin, { action: 'teacher_changed', entity, metadata }, transaction);
  }
}

async function changeTeachers(
  deps: Deps,
  { orderId, teacherId, force, notify }: OrderChange & { readonly teacherId: number },
  origin: AuditOrigin,
  transaction: Transaction,
  note: NoteTouched,
): Promise<void> {
  for (const { id: classDateId } of await listComingClassDates(orderId, transaction)) {
    const edit = { classDateId, force, notify };
    const done = await changeClassIn(deps, edit, origin, (row) => substitutionIn(row, teacherId), transaction);
    if (done.changed) note(classDateId, done.outboxIds);
  }
}
