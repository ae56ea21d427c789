import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, ChangedHereError, NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { RefusedEdit } from '../models/RefusedEdit';
import { User } from '../models/User';
import { wordsSent } from '../queries/buyersAsNamed';
import {
  CLASS_DATE_FIELDS,
  classDateDigests,
  lastNamed,
  lastSent,
  namedAs,
  ORDER_FIELDS,
  orderDigests,
  PERSON_FIELDS,
  personDigests,
  type Digests,
  type NamedPerson,
  type OrderField,
} from '../queries/externalFields';
import type { ClassEdit } from './changeClass';
import { findAsBefore, findNamed, findOrAddBuyer } from './findOrAddBuyer';
import { keepBuyerName, newWords } from './keepBuyerName';
import { forgetRefusedEdit, type Commit } from './keepRefusedEdit';
import { lockOrder } from './lockOrder';
import { carryOutClassDatePut, type ClassDatePut } from './putClassDate';
import { carryOutOrderPut, type OrderPut } from './putOrder';
import { carryOutPersonPut, type PersonPut } from './putPerson';
import { resolveWallTime } from './resolveWallTime';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** ours: what was changed here stands; theirs: what the marketplace sent. */
export const REFUSED_EDIT_DECISIONS = ['ours', 'theirs'] as const;
export type RefusedEditDecision = (typeof REFUSED_EDIT_DECISIONS)[number];

/** No row has it: whoever was named cannot be found any more, and is refused on that ground when sent again. */
const NOBODY = 0;

interface Settlement extends Pick<ClassEdit, 'force' | 'notify'> {
  readonly id: number;
  readonly decision: RefusedEditDecision;
  /** when the edit was refused that whoever decides has before them; without it the last one counts */
  readonly refusedAt?: Date | undefined;
}

/**
 * Decides about an edit that a marketplace was refused, because what it changes had been changed here. Theirs goes through
 * as if the marketplace had accepted to overwrite it; what else came with it is refused as it would be then. Ours stands: the same content sent again is taken for known, changes
 * nothing, and is refused no more.
 *
 * @throws FieldErrors, NotFoundError, AppError 409
 */
export async function settleRefusedEdit(deps: Deps, settlement: Settlement, origin: AuditOrigin): Promise<void> {
  const edit = await RefusedEdit.findByPk(settlement.id);
  if (!edit) throw isGone();
  const { refusedAt = edit.refusedAt } = settlement;
  // What the marketplace sends from then on waits for the commit, and is another edit.
  const commit: Commit = (work) =>
    inTransaction(deps.db, async (transaction) => {
      await lockAsSeen(edit, refusedAt, transaction);
      return work(transaction);
    });
  if (settlement.decision === 'theirs') await takeTheirs(deps, edit, settlement, origin, commit);
  else await keepOurs(deps, edit, origin, commit);
}

async function lockAsSeen(
  { id, orderId, userId }: RefusedEdit,
  refusedAt: Date,
  transaction: Transaction,
): Promise<void> {
  // The order, or the person, first, as everything else that touches both does.
  if (orderId !== null) await lockOrder(orderId, transaction);
  else await User.findByPk(userId ?? 0, { lock: true, transaction });
  const edit = await RefusedEdit.findByPk(id, { lock: true, transaction });
  if (!edit) throw isGone();
  if (edit.refusedAt.getTime() === refusedAt.getTime()) return;
  throw changedMeanwhile(
    'The marketplace has sent something else since you opened the page. Look at it, then decide again.',
  );
}

function isGone(): NotFoundError {
  return new NotFoundError('There is no such edit any more: it was decided, or something else was sent.');
}

/** Whether somebody who was disabled here is let in again is decided on their page, by no press on this one. */
function isDisabledHere(): AppError {
  return changedMeanwhile('They have been disabled here. Enable them on their page first, or keep ours.');
}

function changedMeanwhile(message: string): AppError {
  return new AppError(409, 'changed_meanwhile', message);
}

async function takeTheirs(
  deps: Deps,
  edit: RefusedEdit,
  { notify, force }: Settlement,
  origin: AuditOrigin,
  commit: Commit,
): Promise<void> {
  const told = { notify, force };
  try {
    if (edit.userId !== null) {
      const put = personPutOf(edit);
      const decidedHere = fieldsOf(edit);
      // An acceptance from before they were disabled here is none of that.
      const accept = [...put.accept.filter((name) => name !== 'state'), ...decidedHere];
      await carryOutPersonPut(deps, { ...put, accept, decidedHere }, origin, commit);
    } else if (edit.classDateId === null) {
      await carryOutOrderPut(deps, accepting(orderPutOf(edit), edit, told), origin, commit);
    } else {
      await carryOutClassDatePut(deps, accepting(classDatePutOf(edit), edit, told), origin, commit);
    }
  } catch (error) {
    if (!(error instanceof ChangedHereError)) throw error;
    if (edit.userId !== null && error.names.includes('state')) throw isDisabledHere();
    const fields = [...new Set([...fieldsOf(edit), ...error.names])].join(' ');
    const { id, refusedAt } = edit;
    await inTransaction(deps.db, (transaction) =>
      RefusedEdit.update({ fields, refusedAt: deps.clock.now() }, { where: { id, refusedAt }, transaction }),
    );
    throw changedMeanwhile('Something else of it has been changed here meanwhile. Look at both again, then decide.');
  }
}

/** What the marketplace had accepted to overwrite itself counts still. */
function accepting<Put extends OrderPut | ClassDatePut>(
  put: Put,
  edit: RefusedEdit,
  told: Pick<Settlement, 'force' | 'notify'>,
): Put {
  return { ...put, ...told, accept: [...put.accept, ...fieldsOf(edit)] };
}

function keepOurs(deps: Deps, edit: RefusedEdit, origin: AuditOrigin, commit: Commit): Promise<void> {
  return commit(async (transaction) => {
    const { orderId, classDateId, userId } = edit;
    if (userId !== null) await noteSentPerson(edit, userId, transaction);
    else if (classDateId !== null) await noteSentClassDate(edit, classDateId, transaction);
    else await noteSentOrder(deps, edit, origin, transaction);
    const subject = userId === null ? { orderId: orderId ?? 0, classDateId } : { userId };
    await forgetRefusedEdit(subject, transaction);
    const entity = entityOf(edit);
    const metadata = { fields: edit.fields };
    await writeAudit(deps, origin, { action: 'refused_edit_dropped', entity, metadata }, transaction);
  });
}

function entityOf({ orderId, classDateId, userId }: RefusedEdit): { type: string; id: number } {
  if (userId !== null) return { type: 'user', id: userId };
  return classDateId === null ? { type: 'book_order', id: orderId ?? 0 } : { type: 'class_date', id: classDateId };
}

async function noteSentOrder(
  deps: Deps,
  edit: RefusedEdit,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const order = await BookOrder.findByPk(edit.orderId ?? 0, { transaction, rejectOnEmpty: true });
  const put = orderPutOf(edit);
  const has = (name: OrderField) => fieldsOf(edit).includes(name);
  const { namedTeacher, namedBuyer } = lastNamed(order);
  // Who is not at issue is not looked up: they may be disabled by now, or not be known here yet.
  const teacher = has('teacher') ? await idOfTeacher(put, namedTeacher, transaction) : null;
  const buyer = has('buyer') ? await idOfBuyer(deps, put, namedBuyer, origin, transaction) : null;
  const people = { teacherId: teacher ?? order.teacherId, userId: buyer ?? order.userId };
  const wanted = orderDigests({ title: put.title, ...people }, put.guests);
  const named = {
    namedTeacher: teacher === null ? namedTeacher : namedAs(put.teacher, { id: teacher }),
    namedBuyer: buyer === null ? namedBuyer : namedAs(put.buyer, { id: buyer }),
  };
  const externalFields = JSON.stringify({ ...withSent(lastSent(order, ORDER_FIELDS), wanted, edit), ...named });
  if (buyer !== null) await noteWords({ orderId: order.id, userId: buyer }, put, namedBuyer, transaction);
  await order.update({ externalFields }, { transaction, silent: true });
}

/** Who is not its buyer here is called nothing by the order; the same content again changes nothing for that. */
async function noteWords(
  named: { readonly orderId: number; readonly userId: number },
  { buyer }: OrderPut,
  before: NamedPerson | undefined,
  transaction: Transaction,
): Promise<void> {
  const sent = await wordsSent([named.orderId], transaction);
  const words = newWords(buyer, sent(named.orderId, named.userId), before);
  if (words) await keepBuyerName(named, words, transaction);
}

async function idOfTeacher(
  { teacher, customer }: OrderPut,
  before: NamedPerson | undefined,
  transaction: Transaction,
): Promise<number> {
  const known =
    (await findAsBefore(teacher, before, transaction)) ??
    (await findNamed(teacher, { customer, role: 'teacher' }, transaction));
  return known?.id ?? NOBODY;
}

async function idOfBuyer(
  deps: Deps,
  { buyer, customer }: OrderPut,
  before: NamedPerson | undefined,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number> {
  const known =
    (await findAsBefore(buyer, before, transaction)) ??
    (await findNamed(buyer, { customer, role: 'student' }, transaction));
  return known?.id ?? (await findOrAddBuyer(deps, buyer, customer, origin, transaction)).user.id;
}

async function noteSentClassDate(edit: RefusedEdit, classDateId: number, transaction: Transaction): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { lock: true, transaction, rejectOnEmpty: true });
  const { localStart, timeZone, durationMinutes } = classDatePutOf(edit);
  const meant = resolveWallTime(localStart, timeZone)?.localStart ?? localStart;
  const wanted = classDateDigests({ localStart: meant, timeZone, durationMinutes }, false);
  const externalFields = JSON.stringify(withSent(lastSent(classDate, CLASS_DATE_FIELDS), wanted, edit));
  await classDate.update({ externalFields }, { transaction, silent: true });
}

async function noteSentPerson(edit: RefusedEdit, userId: number, transaction: Transaction): Promise<void> {
  const user = await User.findByPk(userId, { lock: true, transaction, rejectOnEmpty: true });
  const wanted = personDigests(personPutOf(edit), user.disabledAt !== null);
  const sent = lastSent(user, PERSON_FIELDS);
  // Whoever was disabled here is not let in by this.
  const externalFields = JSON.stringify({ ...withSent(sent, wanted, edit), state: sent?.state ?? 'enabled' });
  await user.update({ externalFields }, { transaction, silent: true });
}

/** What the marketplace is taken to have sent last: as before, but for the fields that are decided. */
function withSent(sent: Digests | null, wanted: Digests, edit: RefusedEdit): Partial<Digests> {
  return { ...sent, ...Object.fromEntries(fieldsOf(edit).map((name) => [name, wanted[name]])) };
}

/** What is decided: what had been changed here. */
export function fieldsOf({ fields }: RefusedEdit): string[] {
  return fields.split(' ');
}

/** @param edit of an order */
export function orderPutOf({ content }: RefusedEdit): OrderPut {
  return JSON.parse(content) as OrderPut;
}

/** @param edit of a class date */
export function classDatePutOf({ content }: RefusedEdit): ClassDatePut {
  return JSON.parse(content) as ClassDatePut;
}

/** @param edit of a person */
export function personPutOf({ content }: RefusedEdit): PersonPut {
  return JSON.parse(content) as PersonPut;
}
