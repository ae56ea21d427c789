import { createHash } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { fillSegment, matchPerson, surerMatch, type PassOfClass, type Segment } from '../domain/segments';
import type { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import type { PastParticipant } from '../zoom/pastMeetings';
import { passOnMatch } from './passOnMatch';

interface Identities {
  readonly passes: readonly PassOfClass[];
  /** the Zoom ids of the host */
  readonly hosts: readonly string[];
}

/** Puts a row of Zoom's own list onto what webhooks told of that stay; whoever only waited before the door was not there. */
export async function saveListedStay(
  run: ZoomMeetingInstance,
  row: PastParticipant,
  { passes, hosts }: Identities,
  transaction: Transaction,
): Promise<void> {
  const { joinTime } = row;
  // A stay without its beginning says nothing.
  if (row.inWaitingRoom || joinTime === null) return;
  const key = { instanceId: run.id, zoomSessionUserId: row.sessionUserId ?? nameOfStay(row, joinTime) };
  const known = await ZoomParticipant.findOne({ where: key, transaction });
  const segment = fillSegment(known, segmentOf(row));
  const found = matchPerson(segment, passes, hosts);
  const match = known ? surerMatch(known, found) : found;
  await passOnMatch(key, match, transaction);
  if (!known) {
    await ZoomParticipant.create({ ...key, ...segment, ...match, source: 'zoom_list' }, { transaction });
    return;
  }
  known.set({ ...segment, ...match });
  if (known.changed() !== false && known.source === 'webhook') known.source = 'both';
  await known.save({ transaction });
}

/**
 * Zoom makes no list of a run that one person attended. Only the host can start our meetings, so where nobody was told of
 * either, it was the host; of the host's one stay the run tells what no message did.
 */
export async function saveHostAlone(run: ZoomMeetingInstance, transaction: Transaction): Promise<void> {
  const { startedAt: joinTime, endedAt: leaveTime } = run;
  const [known, ...others] = await ZoomParticipant.findAll({ where: { instanceId: run.id }, transaction });
  if (known) {
    if (known.role !== 'host' || others.length > 0) return;
    known.set({ joinTime: known.joinTime ?? joinTime, leaveTime: known.leaveTime ?? leaveTime });
    if (known.changed() !== false) await known.save({ transaction });
    return;
  }
  const host = { role: 'host', matchedBy: 'host', source: 'zoom_list', zoomSessionUserId: 'alone' } as const;
  await ZoomParticipant.create({ ...host, instanceId: run.id, joinTime, leaveTime }, { transaction });
}

/** Where Zoom leaves its number out; the same stay gets the same name each time the list is read. */
function nameOfStay({ zoomUserId, registrantId, name }: PastParticipant, joinTime: Date): string {
  const words = JSON.stringify([zoomUserId, registrantId, name, joinTime]);
  return `list-${createHash('sha256').update(words).digest('hex').slice(0, 24)}`;
}

function segmentOf({ registrantId, zoomUserId, name, email, joinTime, leaveTime }: PastParticipant): Segment {
  const unlisted = { parentSessionUserId: null, participantUuid: null };
  return { ...unlisted, registrantId, zoomUserId, userName: name, userEmail: email, joinTime, leaveTime };
}
