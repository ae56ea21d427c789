import type { TeacherRef, BuyerRef } from '../commands/findOrAddBuyer';
import { newWords } from '../commands/keepBuyerName';
import type { OrderPut } from '../commands/putOrder';
import { wantedOf } from '../commands/putPerson';
import { classDatePutOf, fieldsOf, orderPutOf, personPutOf } from '../commands/settleRefusedEdit';
import type { User } from '../models/User';
import type { BuyerWords } from '../queries/buyersAsNamed';
import {
  isNamedAs,
  lastNamed,
  lastSent,
  namesToChange,
  ORDER_FIELDS,
  orderDigests,
  PERSON_FIELDS,
  personDigests,
  type NamedPerson,
} from '../queries/externalFields';
import type { RefusedBookingEdit, RefusedEditRow, RefusedPersonEdit } from '../queries/listRefusedEdits';

/** No row has it: somebody is named who is another than before. */
const ANOTHER = 0;

/** Which fields would change if an edit that was refused were taken as things stand: whoever decides has to see them all. */
export function namesOfRefused(row: RefusedEditRow): string[] {
  if ('person' in row) return ofPerson(row);
  return row.classDate ? ofClassDate(row) : ofOrder(row);
}

function ofPerson({ edit, person }: RefusedPersonEdit): string[] {
  const isDisabled = person.disabledAt !== null;
  const { accept, wanted } = wantedOf(personPutOf(edit), isDisabled);
  const standing = { sent: lastSent(person, PERSON_FIELDS), current: personDigests(person, isDisabled) };
  return namesToChange([...accept, ...fieldsOf(edit)], standing, wanted);
}

/** Its time was refused in any case. */
function ofClassDate({ edit, classDate }: RefusedBookingEdit): string[] {
  return classDatePutOf(edit).reopen && classDate?.state === 'cancelled' ? ['state'] : [];
}

function ofOrder(row: RefusedBookingEdit): string[] {
  const { edit, order, teacher, guests } = row;
  const put = orderPutOf(edit);
  const { namedTeacher } = lastNamed(order);
  const people = { teacherId: idNamed(put.teacher, namedTeacher, teacher, put), userId: idOfBuyer(row) };
  const standing = { sent: lastSent(order, ORDER_FIELDS), current: orderDigests(order, guests) };
  const wanted = orderDigests({ title: put.title, ...people }, put.guests);
  const names = namesToChange([...put.accept, ...fieldsOf(edit)], standing, wanted);
  // Whoever becomes the buyer is shown with what they are called.
  return names.includes('buyer') || newWordsIn(row) === null ? names : [...names, BUYER_WORDS];
}

/** No field: what the order calls its buyer is told with it. */
export const BUYER_WORDS = 'buyerWords';

/** What the order would call somebody who is or was its buyer, and what it calls them; null: as it does. */
export function newWordsIn(row: RefusedBookingEdit): { readonly here: BuyerWords; readonly theirs: BuyerWords } | null {
  const here = row.calls(idOfBuyer(row));
  const theirs = here && newWords(orderPutOf(row.edit).buyer, here, lastNamed(row.order).namedBuyer);
  return here && theirs && { here, theirs };
}

function idOfBuyer({ edit, order, buyer }: RefusedBookingEdit): number {
  const put = orderPutOf(edit);
  return idNamed(put.buyer, lastNamed(order).namedBuyer, buyer, put);
}

/** Whom a word means that was said before, or that is the address or the id of who it is. */
function idNamed(
  ref: TeacherRef | BuyerRef,
  before: NamedPerson | undefined,
  present: User | undefined,
  { customer }: OrderPut,
): number {
  if (before && isNamedAs(ref, before)) return before.id;
  return present && isMeant(ref, present, customer) ? present.id : ANOTHER;
}

function isMeant(ref: TeacherRef | BuyerRef, user: User, customer: string): boolean {
  if ('externalId' in ref) return user.customer === customer && user.externalId === ref.externalId;
  return user.email.toLowerCase() === ref.email.toLowerCase();
}
