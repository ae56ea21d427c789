import { Transaction } from 'sequelize';
import { earlier, later } from '../domain/clock';
import { matchPerson, surerPass } from '../domain/segments';
import { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { ZoomWait } from '../models/ZoomWait';
import type { WaitEvent } from '../zoom/webhookEvents';

/**
 * Somebody came into the waiting room, or left it for the meeting or for good, whichever is told first. It is no evidence
 * of having been there, so nobody hears of it.
 */
export async function recordWaitEvent(meeting: ZoomMeeting, event: WaitEvent, transaction: Transaction): Promise<void> {
  const { classDateId } = meeting;
  // Two events of one person at once: the second waits for the first.
  await ClassDate.findByPk(classDateId, { transaction, lock: Transaction.LOCK.UPDATE, rejectOnEmpty: true });
  const key = { zoomMeetingId: meeting.id, uuid: event.uuid, zoomSessionUserId: event.sessionUserId };
  const [wait] = await ZoomWait.findOrCreate({ where: key, defaults: key, transaction });
  const passes = await ZoomSecureToken.findAll({ where: { classDateId }, transaction });
  await wait.update(
    {
      ...surerPass(wait, matchPerson(event.who, passes, [])),
      beganAt: earlier(wait.beganAt, event.beganAt),
      endedAt: later(wait.endedAt, event.endedAt),
    },
    { transaction },
  );
}
