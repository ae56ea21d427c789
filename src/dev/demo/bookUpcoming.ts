import { DateTime } from 'luxon';
import { bookClassDate } from '../../commands/bookClassDate';
import { createOrder } from '../../commands/createOrder';
import { THE_SYSTEM } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { BookOrder } from '../../models/BookOrder';
import type { ClassTimeSettings } from '../../queries/findZoomSettings';
import type { DemoPeople } from './people';

/** A class whose whole life takes some six minutes. */
const SHORT_TIMES: Partial<ClassTimeSettings> = { leadMinutes: 1, graceMinutes: 1, watchMinutes: 1, settleMinutes: 2 };

const GUESTS = 'Gina Guest <gina@guests.example>\ngustav@guests.example';

/**
 * What each start adds: a class that opens within the minute, and one that is over within minutes. The first start also
 * adds a class of tomorrow, and one whose teacher has not connected Zoom.
 */
export async function bookUpcoming(deps: Deps, { teacher, unconnected, student }: DemoPeople): Promise<void> {
  const first = (await BookOrder.count({ where: { teacherId: unconnected.id } })) === 0;
  const algebra = await keepOrder(deps, 'Algebra for beginners', teacher.id, student.id);
  const glance = await keepOrder(deps, 'A class at a glance', teacher.id, student.id);
  const zone = teacher.timeZone ?? 'UTC';
  const book = (
    orderId: number,
    minutesAhead: number,
    durationMinutes: number,
    times: Partial<ClassTimeSettings> = {},
  ) =>
    bookClassDate(
      deps,
      {
        orderId,
        localStart: wallTime(minutesAhead, zone),
        timeZone: zone,
        durationMinutes,
        ...(times ? { times } : {}),
      },
      THE_SYSTEM,
    );
  // Times are whole minutes: 31 minutes from the minute that has begun is 30 to 31 minutes ahead.
  await book(algebra, 31, 45);
  await book(glance, 2, 3, SHORT_TIMES);
  if (!first) return;
  await book(algebra, 24 * 60, 45);
  await book(await keepOrder(deps, 'Compilers', unconnected.id, student.id), 25, 45);
}

async function keepOrder(deps: Deps, title: string, teacherId: number, buyerId: number): Promise<number> {
  const known = await BookOrder.findOne({ where: { title, teacherId } });
  if (known) return known.id;
  const { order } = await createOrder(deps, { title, teacherId, buyerId, guests: GUESTS }, THE_SYSTEM);
  return order.id;
}

/** The clock on a wall of that zone, so many minutes from now, to the minute. */
export function wallTime(minutesAhead: number, zone: string): string {
  return DateTime.now().setZone(zone).plus({ minutes: minutesAhead }).toFormat("yyyy-MM-dd'T'HH:mm");
}
