import { createOrder } from '../../commands/createOrder';
import { bookClassDate } from '../../commands/bookClassDate';
import { makeMeeting } from '../../commands/makeMeeting';
import { THE_SYSTEM } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { ZoomMeeting } from '../../models/ZoomMeeting';
import { askStandIn } from './askStandIn';
import { wallTime } from './bookUpcoming';
import type { DemoPeople } from './people';

/** A class that is live: its room is made at once, and its host and a stranger are in it. */
export async function startRunningClass(deps: Deps, { running, student }: DemoPeople): Promise<void> {
  const people = { teacherId: running.id, buyerId: student.id, guests: '' };
  const { order } = await createOrder(deps, { title: 'Invariants', ...people }, THE_SYSTEM);
  const zone = running.timeZone ?? 'UTC';
  const booking = { orderId: order.id, localStart: wallTime(1, zone), timeZone: zone, durationMinutes: 60 };
  const { classDate } = await bookClassDate(deps, booking, THE_SYSTEM);
  await makeMeeting(deps, { classDateId: classDate.id, now: deps.clock.now() });
  const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  await askStandIn(deps, `/meetings/${meetingId}/start`, {});
  await askStandIn(deps, `/meetings/${meetingId}/participants`, { as: 'guest', name: 'Somebody’s phone' });
}
