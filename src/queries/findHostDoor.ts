import type { Deps } from '../deps';
import { doorOf, type Door } from '../domain/joinRules';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';

export interface HostDoor {
  readonly classDate: ClassDate;
  readonly title: string;
  readonly door: Door;
  /** null until Zoom has made the room */
  readonly meeting: ZoomMeeting | null;
}

/** @throws NotFoundError for a class date that is not this teacher's */
export async function findHostDoor(
  { clock }: Pick<Deps, 'clock'>,
  teacherId: number,
  classDateId: number,
): Promise<HostDoor> {
  const classDate = await ClassDate.findByPk(classDateId);
  if (!classDate || classDate.teacherId !== teacherId) {
    throw new NotFoundError('You have no such class. Your classes are on the page “My classes”.');
  }
  const order = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  const { state, closedAt } = classDate;
  const door = doorOf({ state, closedAt, schedule: classDate, hasRoom: meeting !== null }, clock.now());
  return { classDate, title: order.title, door, meeting };
}
