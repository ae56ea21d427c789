import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isShut } from '../domain/classStates';
import { AppError, NotFoundError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Has a room that somebody changed at Zoom made as its class is again: at the class's time, of its length, with its
 * registration. The class's workflow does it, by the update that follows a change of the class itself. Nobody is mailed.
 *
 * @returns false when nothing is known to be otherwise at Zoom
 * @throws AppError 409 when the room is no longer to be changed
 */
export async function putRoomBack(
  deps: Deps,
  { classDateId }: { classDateId: number },
  origin: AuditOrigin,
): Promise<boolean> {
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    const classDate = await ClassDate.findByPk(classDateId, { lock: true, transaction });
    if (!classDate) throw new NotFoundError('There is no such class date.');
    refuseTooLate(classDate);
    const meeting = await findChanged(classDateId, transaction);
    if (!meeting) return null;
    // As if Zoom had never been told of the class as it is, and with an error, so that the update is not spared.
    const lastError = meeting.lastError ?? 'Changed in Zoom.';
    await meeting.update({ syncedVersion: 0, lastError, nextAttemptAt: null }, { transaction });
    const entity = { type: 'class_date', id: classDateId };
    await writeAudit(deps, origin, { action: 'room_put_back', entity }, transaction);
    return addToOutbox({ classDateId }, 'room put back', transaction);
  });
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
  return outboxId !== null;
}

function refuseTooLate({ state, closedAt }: ClassDate): void {
  if (state === 'live')
    throw new AppError(409, 'class_is_live', 'People are in the room now, and Zoom changes no meeting that is on.');
  if (isShut({ state, closedAt }))
    throw new AppError(409, 'class_is_over', 'This class is over or cancelled; its room is left as it is.');
}

async function findChanged(classDateId: number, transaction: Transaction): Promise<ZoomMeeting | null> {
  const flagged = { classDateId, kind: 'meeting_changed', isOpen: true } as const;
  if ((await ClassRisk.count({ where: flagged, transaction })) === 0) return null;
  return ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' }, transaction });
}
