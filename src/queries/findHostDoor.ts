import type { Deps } from '../deps';
import { doorOf, type Door } from '../domain/joinRules';
import { NotFoundError } from '../errors';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
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
  if (classDate?.teacherId !== teacherId) throw await noClassOf(teacherId, classDateId);
  const order = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  const meeting = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
  const { state, endedAt, closedAt } = classDate;
  const door = doorOf({ state, endedAt, closedAt, schedule: classDate, hasRoom: meeting !== null }, clock.now());
  return { classDate, title: order.title, door, meeting };
}

/** Whoever gave it until somebody else took it over holds a link that was good once; nobody else hears that there is such a class. */
async function noClassOf(userId: number, classDateId: number): Promise<NotFoundError> {
  const wasTheirs = (await MailDelivery.count({ where: { classDateId, userId } })) > 0;
  return new NotFoundError(
    wasTheirs
      ? 'This class was yours. Another teacher gives it now, so there is nothing for you to start. Your classes are on the page “My classes”.'
      : 'You have no such class. Your classes are on the page “My classes”.',
  );
}
