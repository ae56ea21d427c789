import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { nextClassState } from '../domain/transitions';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/**
 * A class's meeting is gone from Zoom for good. Before its time is over the class goes back to preparing, for a new one
 * behind the same passes: also when its meeting had ended, because Zoom may tell of the end later than of the deletion.
 *
 * @param classDate locked
 * @returns whether the class has to be looked at
 */
export async function loseRoom(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  meeting: ZoomMeeting,
  transaction: Transaction,
): Promise<boolean> {
  await meeting.update({ state: 'gone', isCurrent: null, status: 'cancelled', nextAttemptAt: null }, { transaction });
  const entity = { type: 'zoom_meeting', id: meeting.id };
  const metadata = { classDateId: classDate.id };
  await writeAudit(deps, THE_SYSTEM, { action: 'meeting_gone', entity, metadata }, transaction);
  const held = classDate.state === 'ended' && deps.clock.now() >= classTimes(classDate).endsAt;
  if (classDate.closedAt !== null || held) return false;
  const state = nextClassState(classDate.state, 'meeting_deleted');
  await classDate.update({ state, ...(state === 'preparing' ? { endedAt: null } : {}) }, { transaction });
  return true;
}
