import type { OrderToEdit } from '../queries/findOrderEdit';
import { paths } from '../routes/paths';
import { presentClassRow } from './classDate';
import { inPart } from './inPart';

/** The page of an order's details: what a change of each does before it is done. */
export function presentOrderEdit(edit: OrderToEdit, readerZone: string | null) {
  const { hearing, coming } = edit;
  const told = hearing.length === 0 ? '' : ` ${inPart(hearing)} will be mailed, and so will the new teacher.`;
  return {
    ...presentOrder(edit, readerZone),
    title: `Change the order ${edit.order.title}`,
    consequences: [
      'Another title stands in every mail from now on, and on the rooms at Zoom. Nobody is mailed because of it.',
      coming.length === 0
        ? 'No class date is still to come. Another teacher is the one of those that are booked from now on.'
        : `Another teacher gets every class date below; rooms go from the former teacher’s Zoom account and come to the new one’s. Every link stays good.${told}`,
      'Another student gets a link to each class date below, by mail where mails have gone out already. The former student’s links stop working at once. Guests keep theirs.',
    ],
  };
}

/** The page that says what cancelling an order does before it is done. */
export function presentOrderCancellation(edit: OrderToEdit, readerZone: string | null) {
  const { hearing, coming } = edit;
  return {
    ...presentOrder(edit, readerZone),
    title: `Cancel the order ${edit.order.title}`,
    consequences: [
      coming.length === 0
        ? 'No class date is still to come; what was held stays as it is.'
        : 'Every class date below is cancelled: its room is deleted at Zoom, and its links stop working at once and say so. What was held stays as it is.',
      hearing.length === 0
        ? 'Nobody is mailed: nobody has been told anything that this changes.'
        : `${inPart(hearing)} will be mailed that what they were told of is cancelled, one mail for each class date.`,
      'No class can be booked for it any more. Reopening one of its class dates takes that back.',
    ],
  };
}

function presentOrder({ order, coming }: OrderToEdit, readerZone: string | null) {
  return {
    orderTitle: order.title,
    back: paths.order(order.id),
    cancelled: order.cancelledAt !== null,
    live: coming.some(({ classDate }) => classDate.state === 'live'),
    classDates: coming.map((row) => ({
      ...presentClassRow(row, readerZone),
      href: paths.classDate(row.classDate.id),
    })),
  };
}
