import { classDatePutOf, orderPutOf } from '../commands/settleRefusedEdit';
import type { RefusedEditRow } from '../queries/listRefusedEdits';
import { paths } from '../routes/paths';
import { formatInstant } from './classTime';

/** What was changed here and what the marketplace says instead, in words. */
interface Difference {
  readonly what: string;
  readonly here: string;
  readonly theirs: string;
}

/** An edit of a marketplace's that waits for somebody's decision, as plain values. */
export function presentRefusedEdit(row: RefusedEditRow, readerZone: string | null) {
  const { edit, order, classDate } = row;
  return {
    id: edit.id,
    action: paths.refusedEdit(edit.id),
    title: classDate ? `A class of ${order.title}` : `The order ${order.title}`,
    href: classDate ? paths.classDate(classDate.id) : paths.order(order.id),
    customer: order.customer,
    // As the form sends it back.
    refusedAt: edit.refusedAt.toISOString(),
    at: formatInstant(edit.refusedAt, readerZone ?? 'UTC'),
    live: classDate?.state === 'live',
    differences: edit.fields.split(' ').map((name) => differenceIn(name, row)),
  };
}

function differenceIn(name: string, row: RefusedEditRow): Difference {
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
        theirs: 'email' in put.buyer ? nameOf(put.buyer) : idOf(put.buyer),
      };
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

/** Somebody whom the marketplace has put. */
function idOf({ externalId }: { readonly externalId: string }): string {
  return `the one they call ${externalId}`;
}

function guestsOf(guests: readonly { readonly name: string | null; readonly email: string }[]): string {
  return guests.map(({ name, email }) => (name === null ? email : `${name} (${email})`)).join(', ') || 'none';
}
