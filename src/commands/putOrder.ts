import { UniqueConstraintError, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { AppError, FieldErrors, type FieldError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import type { User } from '../models/User';
import { wordsSent, type BuyerWords } from '../queries/buyersAsNamed';
import { findOrderOf, listGuests, type ExternalOrderId } from '../queries/externalBookings';
import {
  ORDER_FIELDS,
  lastNamed,
  lastSent,
  namedAs,
  orderDigests,
  orderTag,
  type Digests,
  type GuestContent,
  type NamedPeople,
  type OrderField,
} from '../queries/externalFields';
import { deliverOutbox } from '../temporal/outbox';
import { changeOrderIn, type OrderChange } from './changeOrder';
import {
  findAsBefore,
  findOrAddBuyer,
  notesOn,
  refuseDisabled,
  requireTeacher,
  type BuyerRef,
  type TeacherRef,
} from './findOrAddBuyer';
import { keepBuyerName, newWords } from './keepBuyerName';
import { forgetRefusedEdit, keepingRefused, type Commit, type EditSubject } from './keepRefusedEdit';
import { checkTag, fieldsToChange, type Precondition } from './preconditions';
import { putGuestsIn } from './putGuests';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface OrderPut extends ExternalOrderId, Precondition, Pick<OrderChange, 'force' | 'notify'> {
  readonly title: string;
  readonly teacher: TeacherRef;
  readonly buyer: BuyerRef;
  /** all of them: whoever is left out is removed */
  readonly guests: readonly GuestContent[];
}

export interface OrderPutDone {
  readonly order: BookOrder;
  readonly created: boolean;
  readonly notes: readonly string[];
}

interface Done extends OrderPutDone {
  readonly outboxIds: readonly number[];
}

/**
 * Brings an order to what a marketplace's program says it is, in one commit: made if it is new, changed where it differs,
 * left alone where it does not. The same content again changes nothing and tells nobody.
 *
 * @throws FieldErrors, ChangedHereError, AppError 409 and 412; nothing has been saved then
 */
export function putOrder(deps: Deps, put: OrderPut, origin: AuditOrigin): Promise<OrderPutDone> {
  const commit = keepingRefused(deps, put, (_names, transaction) => findSubject(put, transaction));
  return carryOutOrderPut(deps, put, origin, commit);
}

/**
 * The same with whatever else belongs to the commit.
 *
 * @param commit what it is called with may be done more than once
 */
export async function carryOutOrderPut(
  deps: Deps,
  put: OrderPut,
  origin: AuditOrigin,
  commit: Commit,
): Promise<OrderPutDone> {
  const once = () => commit((transaction) => putIn(deps, put, origin, transaction));
  const { outboxIds, ...done } = await onceMore(once);
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

async function findSubject(put: ExternalOrderId, transaction: Transaction): Promise<EditSubject | null> {
  const order = await findOrderOf(put, transaction);
  return order && { orderId: order.id, classDateId: null };
}

/** Two calls may make the same order, buyer or guest at once: whoever was second finds it the second time. */
async function onceMore(work: () => Promise<Done>): Promise<Done> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
  }
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    // MySQL's collation takes é for e and ß for ss.
    const message = 'Two of these addresses differ in accents only. Leave one of them out.';
    throw new FieldErrors([{ field: 'guests', message }]);
  }
}

async function putIn(deps: Deps, put: OrderPut, origin: AuditOrigin, transaction: Transaction): Promise<Done> {
  const order = await findOrderOf(put, transaction);
  const before = order === null ? {} : lastNamed(order);
  const { notes, ...found } = await findWanted(deps, put, before, origin, transaction);
  const { teacher, buyer } = found;
  if (order) return { ...(await change(deps, put, { order, ...found }, origin, transaction)), notes };
  checkTag(put, null);
  const { customer, orderId: externalId, title, revision: externalRevision } = put;
  const external = { customer, externalId, externalRevision, externalFields: sentFields(put, found) };
  const people = { userId: buyer.id, teacherId: teacher.id };
  const created = await BookOrder.create({ ...external, ...people, title }, { transaction });
  const entity = { type: 'book_order', id: created.id };
  const metadata = { guests: put.guests.length };
  await writeAudit(deps, origin, { action: 'order_created', entity, metadata }, transaction);
  const words = newWords(put.buyer, null, undefined);
  if (words) await keepBuyerName({ orderId: created.id, userId: buyer.id }, words, transaction);
  const outboxIds = await putGuestsIn(deps, created, put.guests, origin, transaction);
  // With what the database filled in.
  await created.reload({ transaction });
  return { order: created, created: true, notes, outboxIds };
}

/** The people of an order as it was sent, and what its fields come to. */
async function findWanted(
  deps: Pick<Deps, 'signingKeys'>,
  { customer, title, teacher: named, buyer: sent, guests }: OrderPut,
  { namedTeacher, namedBuyer }: NamedPeople,
  origin: AuditOrigin,
  transaction: Transaction,
) {
  const teacher =
    (await findAsBefore(named, namedTeacher, transaction)) ?? (await requireTeacher(named, customer, transaction));
  const known = await findAsBefore(sent, namedBuyer, transaction);
  const { user: buyer, notes } = known
    ? { user: known, notes: notesOn(known, sent, customer) }
    : await findOrAddBuyer(deps, sent, customer, origin, transaction);
  checkGuests(guests, buyer.email);
  return { teacher, buyer, notes, wanted: orderDigests({ title, teacherId: teacher.id, userId: buyer.id }, guests) };
}

interface Found {
  readonly teacher: User;
  readonly buyer: User;
  readonly wanted: Digests<OrderField>;
}

/** What the program has sent: that is what its next word is compared with. */
function sentFields({ teacher, buyer }: OrderPut, found: Found): string {
  const named = { namedTeacher: namedAs(teacher, found.teacher), namedBuyer: namedAs(buyer, found.buyer) };
  return JSON.stringify({ ...found.wanted, ...named });
}

interface Wanted extends Found {
  readonly order: BookOrder;
}

interface Called {
  /** null: as they were called before */
  readonly words: BuyerWords | null;
  readonly toChange: readonly OrderField[];
}

async function change(
  deps: Deps,
  put: OrderPut,
  { order, teacher, buyer, wanted }: Wanted,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Omit<Done, 'notes'>> {
  const guests = await listGuests(order.id, transaction);
  const sent = await wordsSent([order.id], transaction);
  checkTag(put, orderTag(order, guests, sent(order.id, order.userId)));
  const standing = { sent: lastSent(order, ORDER_FIELDS), current: orderDigests(order, guests) };
  const known = sent(order.id, buyer.id);
  const words = newWords(put.buyer, known, lastNamed(order).namedBuyer);
  // Whoever was not called anything yet is not called otherwise.
  const besides = words !== null && known !== null;
  const toChange = fieldsToChange(put, { revision: order.externalRevision, ...standing, besides }, wanted);
  if (toChange.length > 0 && order.cancelledAt !== null)
    throw new AppError(409, 'order_cancelled', 'This order is cancelled; nothing of it can be changed.');
  const has = (name: OrderField) => toChange.includes(name);
  if (has('teacher')) refuseDisabled(teacher, put.teacher, 'teacher');
  if (has('buyer')) refuseDisabled(buyer, put.buyer, 'buyer');
  const edit = {
    ...{ orderId: order.id, force: put.force, notify: put.notify },
    ...(has('title') ? { title: put.title } : {}),
    ...(has('teacher') ? { teacherId: teacher.id } : {}),
    ...(has('buyer') ? { buyerId: buyer.id } : {}),
  };
  const { outboxIds } = await changeOrderIn(deps, edit, origin, transaction);
  const ofGuests = has('guests') ? await putGuestsIn(deps, order, put.guests, origin, transaction) : [];
  await forgetRefusedEdit({ orderId: order.id, classDateId: null }, transaction);
  await callBuyer(deps, { order, buyer, words, toChange }, origin, transaction);
  await order.reload({ transaction });
  await order.update(
    {
      externalRevision: put.revision ?? order.externalRevision,
      externalFields: sentFields(put, { teacher, buyer, wanted }),
    },
    { transaction, silent: true },
  );
  return { order, created: false, outboxIds: [...outboxIds, ...ofGuests] };
}

/** The log says that it happened, and no name; that the buyer is another person, it says elsewhere. */
async function callBuyer(
  deps: Pick<Deps, 'signingKeys'>,
  { order, buyer, words, toChange }: Pick<Wanted, 'order' | 'buyer'> & Called,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  if (!words) return;
  await keepBuyerName({ orderId: order.id, userId: buyer.id }, words, transaction);
  if (toChange.includes('buyer')) return;
  const entity = { type: 'book_order', id: order.id };
  await writeAudit(deps, origin, { action: 'order_changed', entity, metadata: { buyerName: true } }, transaction);
}

/** @throws FieldErrors */
function checkGuests(guests: readonly GuestContent[], buyerEmail: string): void {
  const seen = new Set<string>();
  const problems: FieldError[] = [];
  for (const [index, { email }] of guests.entries()) {
    const field = `guests.${index}.email`;
    const key = email.toLowerCase();
    if (key === buyerEmail.toLowerCase())
      problems.push({ field, message: 'This is the buyer, who has a pass already.' });
    else if (seen.has(key)) problems.push({ field, message: 'This guest is there twice.' });
    seen.add(key);
  }
  if (problems.length > 0) throw new FieldErrors(problems);
}
