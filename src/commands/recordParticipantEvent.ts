import { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { matchPerson, mergeSegment } from '../domain/segments';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import type { HintReason } from '../temporal/outbox';
import type { ParticipantEvent } from '../zoom/webhookEvents';
import { noteEvidence } from './noteEvidence';

/**
 * Somebody came or went: one segment a (meeting instance, Zoom's per-join user id), whichever of "joined" and "left"
 * arrives first. The workflow does not hear of it, unless attendance has been settled already.
 */
export async function recordParticipantEvent(
  deps: Deps,
  meeting: ZoomMeeting,
  event: ParticipantEvent,
  transaction: Transaction,
): Promise<HintReason | null> {
  const lock = Transaction.LOCK.UPDATE;
  const classDate = await ClassDate.findByPk(meeting.classDateId, { transaction, lock, rejectOnEmpty: true });
  const [instance] = await ZoomMeetingInstance.findOrCreate({
    where: { uuid: event.uuid },
    defaults: { uuid: event.uuid, zoomMeetingId: meeting.id },
    transaction,
  });
  const changed = await saveSegment(meeting, instance, event, transaction);
  return changed ? noteEvidence(deps, classDate, transaction) : null;
}

/** @returns whether it told anything new */
async function saveSegment(
  meeting: ZoomMeeting,
  instance: ZoomMeetingInstance,
  event: ParticipantEvent,
  transaction: Transaction,
): Promise<boolean> {
  const key = { instanceId: instance.id, zoomSessionUserId: event.sessionUserId };
  const known = await ZoomParticipant.findOne({ where: key, transaction });
  const { participantUuid, registrantId, zoomUserId, userName, userEmail, joinTime, leaveTime } = event;
  const told = { participantUuid, registrantId, zoomUserId, userName, userEmail, joinTime, leaveTime };
  const segment = mergeSegment(known, told);
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: meeting.classDateId }, transaction });
  const match = matchPerson(segment, passes, await hostIds(meeting, event, transaction));
  if (!known) {
    await ZoomParticipant.create({ ...key, ...segment, ...match, source: 'webhook' }, { transaction });
    return true;
  }
  known.set({ ...segment, ...match });
  const changed = known.changed() !== false;
  await known.save({ transaction });
  return changed;
}

async function hostIds(meeting: ZoomMeeting, event: ParticipantEvent, transaction: Transaction): Promise<string[]> {
  if (event.hostId) return [event.hostId];
  const connection = await ZoomConnection.findOne({ where: { userId: meeting.teacherId }, transaction });
  return connection?.zoomUserId ? [connection.zoomUserId] : [];
}
