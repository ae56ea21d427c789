import { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { matchOfPart, matchPerson, mergeSegment, surerMatch, type PersonMatch, type Segment } from '../domain/segments';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import type { HintReason } from '../temporal/outbox';
import type { ParticipantEvent } from '../zoom/webhookEvents';
import { noteEvidence } from './noteEvidence';
import { passOnMatch } from './passOnMatch';

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
    defaults: { uuid: event.uuid, zoomMeetingId: meeting.id, startedAt: null },
    transaction,
  });
  const news = await saveSegment(meeting, instance, event, transaction);
  return news && isOfClass(classDate, instance, news) ? noteEvidence(deps, classDate, transaction) : null;
}

/** People may meet in the room of a class long after it: that says nothing of the class. */
function isOfClass(classDate: ClassDate, { startedAt }: ZoomMeetingInstance, { joinTime }: ZoomParticipant): boolean {
  const began = joinTime ?? startedAt;
  return began === null || began < classTimes(classDate).hardCapAt;
}

/** @returns the stay, where the event told anything new of it */
async function saveSegment(
  meeting: ZoomMeeting,
  instance: ZoomMeetingInstance,
  event: ParticipantEvent,
  transaction: Transaction,
): Promise<ZoomParticipant | null> {
  const key = { instanceId: instance.id, zoomSessionUserId: event.sessionUserId };
  const known = await ZoomParticipant.findOne({ where: key, transaction });
  const segment = mergeSegment(known, event.told);
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: meeting.classDateId }, transaction });
  const own = matchPerson(segment, passes, await hostIds(meeting, event, transaction));
  const found = matchOfPart(own, await matchOfParent(instance, segment, transaction));
  const match = known ? surerMatch(known, found) : found;
  await passOnMatch(key, match, transaction);
  if (!known) {
    return ZoomParticipant.create({ ...key, ...segment, ...match, source: 'webhook' }, { transaction });
  }
  known.set({ ...segment, ...match });
  // On what a stay rests is no news of who was there.
  const changed = known.changed() !== false;
  if (known.source === 'zoom_list') known.source = 'both';
  await known.save({ transaction });
  return changed ? known : null;
}

/** Of somebody in a breakout room Zoom may say no more than by which stay they are in the meeting. */
async function matchOfParent(
  { id: instanceId }: ZoomMeetingInstance,
  { parentSessionUserId }: Segment,
  transaction: Transaction,
): Promise<PersonMatch | null> {
  if (parentSessionUserId === null) return null;
  const where = { instanceId, zoomSessionUserId: parentSessionUserId };
  const parent = await ZoomParticipant.findOne({ where, transaction });
  return parent && { passId: parent.passId, role: parent.role, matchedBy: parent.matchedBy };
}

async function hostIds(meeting: ZoomMeeting, event: ParticipantEvent, transaction: Transaction): Promise<string[]> {
  if (event.hostId) return [event.hostId];
  const connection = await ZoomConnection.findOne({ where: { userId: meeting.teacherId }, transaction });
  return connection?.zoomUserId ? [connection.zoomUserId] : [];
}
