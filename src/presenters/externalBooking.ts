import type { z } from 'zod';
import { actualState } from '../domain/classStates';
import { addMinutes } from '../domain/clock';
import type { BookOrder } from '../models/BookOrder';
import type { User } from '../models/User';
import type { ExternalClassDate, ExternalOrder } from '../queries/externalBookings';
import {
  CLASS_DATE_FIELDS,
  ORDER_FIELDS,
  changedHere,
  classDateDigests,
  lastSent,
  orderDigests,
  orderTag,
  tagOf,
} from '../queries/externalFields';
import type { classDate as classDateSchema, order as orderSchema } from '../routes/api/schemas';

type WallTime = z.infer<typeof classDateSchema>['wallTime'];

interface Told {
  readonly notes?: readonly string[];
  readonly wallTime?: WallTime;
}

/** An order as programs see it, and its ETag. */
export function presentExternalOrder(
  { order, teacher, buyer, buyerWords, buyerSent, guests }: ExternalOrder,
  { notes = [] }: Told = {},
): { body: z.infer<typeof orderSchema>; tag: string } {
  const current = orderDigests(order, guests);
  const { firstName, lastName, timeZone, language } = buyerWords;
  const body = {
    id: order.externalId ?? '',
    title: order.title,
    teacher: teacherOf(teacher, order),
    buyer: {
      id: idFor(buyer, order),
      person: `user:${buyer.id}`,
      email: buyer.email,
      firstName,
      lastName,
      timeZone,
      language,
    },
    guests: guests.map((guest) => ({
      ...{ person: `guest:${guest.id}`, email: guest.email, name: guest.name },
      ...{ timeZone: guest.timeZone, language: guest.language },
    })),
    revision: order.externalRevision,
    cancelledAt: order.cancelledAt?.toISOString() ?? null,
    changedHere: changedHere(lastSent(order, ORDER_FIELDS), current),
    notes: [...notes],
  };
  return { body, tag: orderTag(order, guests, buyerSent) };
}

/** A class date as programs see it, and its ETag. */
export function presentExternalClassDate(
  { order, classDate, teacher, clashes }: ExternalClassDate,
  { notes = [], wallTime = 'as_given' }: Told = {},
): { body: z.infer<typeof classDateSchema>; tag: string } {
  const { localStart, timeZone, startsAt, durationMinutes, stateReason, outcome } = classDate;
  const state = actualState(classDate);
  const current = classDateDigests(classDate, state === 'cancelled');
  const body = {
    id: classDate.externalId ?? '',
    order: order.externalId ?? '',
    ...{ localStart, timeZone, durationMinutes, state, stateReason, outcome },
    startsAt: startsAt.toISOString(),
    endsAt: addMinutes(startsAt, durationMinutes).toISOString(),
    teacher: teacherOf(teacher, order),
    revision: classDate.externalRevision,
    changedHere: changedHere(lastSent(classDate, CLASS_DATE_FIELDS), current),
    clashes: clashes.map(({ kind, classDate: other }) => ({
      kind,
      startsAt: other.startsAt.toISOString(),
      endsAt: addMinutes(other.startsAt, other.durationMinutes).toISOString(),
    })),
    wallTime,
    notes: [...notes],
  };
  return { body, tag: tagOf(current) };
}

function teacherOf(teacher: User, order: BookOrder) {
  return { id: idFor(teacher, order), email: teacher.email, name: teacher.fullName };
}

/** What another marketplace calls them is nobody else's affair. */
function idFor({ customer, externalId }: User, order: BookOrder): string | null {
  return customer !== null && customer === order.customer ? externalId : null;
}
