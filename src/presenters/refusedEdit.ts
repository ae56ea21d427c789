import { classDatePutOf, fieldsOf, orderPutOf, personPutOf } from '../commands/settleRefusedEdit';
import type { RefusedBookingEdit, RefusedEditRow, RefusedPersonEdit } from '../queries/listRefusedEdits';
import type { OrderGuest } from '../models/OrderGuest';
import { nameOf as wholeName, type BuyerWords } from '../queries/buyersAsNamed';
import type { PersonContent } from '../queries/externalFields';
import { paths } from '../routes/paths';
import { formatInstant } from './classTime';
import { BUYER_WORDS, namesOfRefused, newWordsIn } from './namesOfRefused';

/** What was changed here and what the marketplace says instead, in words. */
interface Difference {
  readonly what: string;
  readonly here: string;
  readonly theirs: string;
}

/** An edit of a marketplace's that waits for somebody's decision, as plain values. */
export function presentRefusedEdit(row: RefusedEditRow, readerZone: string | null) {
  const { edit } = row;
  return {
    id: edit.id,
    action: paths.refusedEdit(edit.id),
    ...('person' in row ? ofPerson(row) : ofBooking(row)),
    // As the form sends it back.
    refusedAt: edit.refusedAt.toISOString(),
    at: formatInstant(edit.refusedAt, readerZone ?? 'UTC'),
  };
}

function ofBooking(row: RefusedBookingEdit) {
  const { order, classDate } = row;
  return {
    title: classDate ? `A class of ${order.title}` : `The order ${order.title}`,
    href: classDate ? paths.classDate(classDate.id) : paths.order(order.id),
    customer: order.customer,
    live: classDate?.state === 'live',
    mayBeQuiet: true,
    differences: namesToShow(row).map((name) => marked(differenceIn(name, row), name, row)),
  };
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  email: 'Address',
  firstName: 'First name',
  lastName: 'Last name',
  timeZone: 'Time zone',
  language: 'Language',
  state: 'State',
};

/** Whoever gets another address is mailed in any case. */
function ofPerson(row: RefusedPersonEdit) {
  const { edit, person } = row;
  const [here, put] = [
    wordsOf(person, person.disabledAt ? 'disabled' : 'enabled'),
    wordsOf(personPutOf(edit), 'enabled'),
  ];
  return {
    title: `${person.role === 'teacher' ? 'The teacher' : 'The student'} ${person.fullName}`,
    href: paths.person(person.id),
    customer: person.customer,
    live: false,
    mayBeQuiet: false,
    differences: namesToShow(row).map((name): Difference => {
      const [ours, theirs] = [here.get(name), put.get(name)];
      const difference = { what: FIELD_WORDS[name] ?? name, here: ours ?? 'not known', theirs: theirs ?? 'not known' };
      return marked(difference, name, row);
    }),
  };
}

/** All that theirs would change: what had been changed here, and what came with it. */
function namesToShow(row: RefusedEditRow): string[] {
  return [...new Set([...fieldsOf(row.edit), ...namesOfRefused(row)])];
}

function marked(difference: Difference, name: string, { edit }: RefusedEditRow): Difference {
  return fieldsOf(edit).includes(name) ? difference : { ...difference, what: `${difference.what} (comes with it)` };
}

function wordsOf(
  { email, firstName, lastName, timeZone, language }: PersonContent,
  state: string,
): Map<string, string | null> {
  return new Map(Object.entries({ email, firstName, lastName, timeZone, language, state }));
}

function differenceIn(name: string, row: RefusedBookingEdit): Difference {
  if (row.classDate && name === 'state') return { what: 'State', here: row.classDate.state, theirs: 'takes place' };
  if (row.classDate)
    return { what: 'Time', here: scheduleOf(row.classDate), theirs: scheduleOf(classDatePutOf(row.edit)) };
  const { order, teacher, buyer, guests } = row;
  const put = orderPutOf(row.edit);
  switch (name) {
    case 'teacher':
      return {
        what: 'Teacher',
        here: nameOf(teacher),
        theirs: 'email' in put.teacher ? put.teacher.email : idOf(put.teacher),
      };
    case 'buyer':
      return {
        what: 'Student',
        here: nameOf(buyer),
        theirs: 'email' in put.buyer ? inWords(nameOf(put.buyer), put.buyer) : idOf(put.buyer),
      };
    case BUYER_WORDS:
      return { what: 'What the student is called', ...buyerWordsIn(row) };
    case 'guests':
      return { what: 'Guests', here: guestsOf(guests), theirs: guestsOf(put.guests) };
    default:
      return { what: 'Title', here: order.title, theirs: put.title };
  }
}

interface Schedule {
  readonly localStart: string;
  readonly timeZone: string;
  readonly durationMinutes: number;
}

function scheduleOf({ localStart, timeZone, durationMinutes }: Schedule): string {
  return `${localStart.replace('T', ' ')} (${timeZone}), ${durationMinutes} minutes`;
}

function nameOf(person: { firstName: string; lastName: string; email: string } | undefined): string {
  return person ? `${person.firstName} ${person.lastName} (${person.email})` : 'somebody who is gone';
}

function buyerWordsIn(row: RefusedBookingEdit): Pick<Difference, 'here' | 'theirs'> {
  const words = newWordsIn(row);
  const [here, theirs] = [words?.here, words?.theirs].map((called) => called && inWords(wholeName(called), called));
  return { here: here ?? 'not known', theirs: theirs ?? 'not known' };
}

/** With the clock and the language that come with a name. */
function inWords(name: string, { timeZone, language }: Pick<BuyerWords, 'timeZone' | 'language'>): string {
  return [name, timeZone, language].filter((word) => word !== null).join(', ');
}

/** Somebody whom the marketplace has put. */
function idOf({ externalId }: { readonly externalId: string }): string {
  return `the one they call ${externalId}`;
}

type Guest = Pick<OrderGuest, 'name' | 'email' | 'timeZone' | 'language'>;

function guestsOf(guests: readonly Guest[]): string {
  const called = ({ name, email }: Guest) => (name === null ? email : `${name} (${email})`);
  return guests.map((guest) => inWords(called(guest), guest)).join('; ') || 'none';
}
