import { Op, QueryTypes, type Sequelize } from 'sequelize';
import type { ClassFacts, CurrentMeeting, Outlook } from '../domain/classPlan';
import { isToCome } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { readReminders } from '../domain/furtherReminders';
import { groupBy } from '../domain/groupBy';
import { BREAK_MINUTES } from '../domain/hostClashes';
import type { Rehearsal } from '../domain/rehearsals';
import { roomFits } from '../domain/roomFits';
import { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { DroppedRegistrant } from '../models/DroppedRegistrant';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { isElsewhere } from '../security/roomHost';
import { findNextOfHost } from './findNextOfHost';
import { ranInFormerRoom } from './ranInFormerRoom';

/** An attempt whose POST was being sent when we last heard of it, or whose outcome is not known. */
const UNRESOLVED: readonly string[] = ['creating', 'unknown'];

/** All but those of which nothing is left: what was given up is, as long as it is looked for later. */
const HAS_WORK_OR_ROOM = {
  [Op.or]: [{ state: { [Op.notIn]: ['deleted', 'gone'] } }, { lateLookAt: { [Op.ne]: null } }],
};

interface ReadFacts extends ClassFacts {
  /** false: its room is of no use to it any more */
  readonly roomFits: boolean;
}

/** Everything the plan of a class rests on, in a few small reads; null when there is no such class date. */
export async function readClassFacts(db: Sequelize, classDateId: number, now: Date): Promise<ReadFacts | null> {
  return (await readFactsOfMany(db, [classDateId], now)).get(classDateId) ?? null;
}

/** The same of many classes, by class date; those that were rehearsed or have a room take reads of their own. */
export async function readFactsOfMany(
  db: Sequelize,
  classDateIds: readonly number[],
  now: Date,
): Promise<Map<number, ReadFacts>> {
  const classDates = await ClassDate.findAll({ where: { id: [...classDateIds] } });
  const teacherIds = [...new Set(classDates.map(({ teacherId }) => teacherId))];
  const [meetings, connections] = await Promise.all([
    ZoomMeeting.findAll({ where: { classDateId: [...classDateIds], ...HAS_WORK_OR_ROOM } }),
    ZoomConnection.findAll({ where: { userId: teacherIds, state: 'connected' }, attributes: ['userId', 'zoomUserId'] }),
  ]);
  const connectionOf = new Map(connections.map((connection) => [connection.userId, connection]));
  const meetingsOf = groupBy(meetings, (meeting) => meeting.classDateId);
  const facts = new Map<number, ReadFacts>();
  for (const classDate of classDates) {
    const known = {
      meetings: meetingsOf.get(classDate.id) ?? [],
      connection: connectionOf.get(classDate.teacherId) ?? null,
    };
    facts.set(classDate.id, await factsOf(db, classDate, known, now));
  }
  return facts;
}

interface Known {
  readonly meetings: readonly ZoomMeeting[];
  /** its teacher's, which works */
  readonly connection: ZoomConnection | null;
}

async function factsOf(
  db: Sequelize,
  classDate: ClassDate,
  { meetings, connection }: Known,
  now: Date,
): Promise<ReadFacts> {
  const { id: classDateId } = classDate;
  const meeting = meetings.find(({ isCurrent }) => isCurrent);
  return {
    ...classFields(classDate),
    roomFits: !meeting || (roomFits(meeting, classDate) && !isLeftBehind(meeting, classDate, connection)),
    teacherConnected: connection !== null,
    nextOfHostAt: await readNextOfHostAt(classDate, now),
    ranInFormerRoom: await ranInFormerRoom(classDate, now),
    rehearsal: await readRehearsal(classDate),
    meeting: meeting ? currentMeeting(meeting) : null,
    unresolved: outlook(
      meetings.filter(({ state }) => UNRESOLVED.includes(state)),
      now,
    ),
    removals: outlook(
      meetings.filter(({ state }) => state === 'deleting'),
      now,
    ),
    lateLooks: outlook(meetings.flatMap(lateLook), now),
    passesWithoutLink: meeting?.state === 'created' ? await countPassesWithoutLink(db, classDateId, meeting.id) : 0,
    droppedRegistrants: outlook(meeting?.state === 'created' ? await findDropped(classDateId) : [], now),
  };
}

/** In a Zoom account that its teacher has exchanged for another. One that people are in is left to them. */
function isLeftBehind(meeting: ZoomMeeting, classDate: ClassDate, connection: ZoomConnection | null): boolean {
  const isComing = classDate.closedAt === null && isToCome(classDate, classDate.startsAt);
  return isComing && meeting.state === 'created' && isElsewhere(meeting, connection?.zoomUserId ?? null);
}

function classFields(classDate: ClassDate) {
  const { teacherId, state, stateReason, version, scheduleVersion } = classDate;
  const { watchedAt, liveAt, endedAt, closedAt, settledAt, evidenceAt, nextAttemptAt, gathersUntil } = classDate;
  const furtherReminders = readReminders(classDate.furtherReminders);
  const instants = { watchedAt, liveAt, endedAt, closedAt, settledAt, evidenceAt, nextAttemptAt, gathersUntil };
  return {
    teacherId,
    state,
    stateReason,
    version,
    scheduleVersion,
    ...instants,
    schedule: classDate,
    furtherReminders,
  };
}

async function readRehearsal({ id, rehearsedAt, rehearsedVersion, rehearseNotBefore }: ClassDate): Promise<Rehearsal> {
  // Nothing is found before the first one; most classes wait for that.
  const openRisks = rehearsedAt === null ? 0 : await ClassRisk.count({ where: { classDateId: id, isOpen: true } });
  return { doneAt: rehearsedAt, version: rehearsedVersion, notBefore: rehearseNotBefore, openRisks };
}

/** Asked only of a class that is live past its end and has not closed: there are never many. */
async function readNextOfHostAt(classDate: ClassDate, now: Date): Promise<Date | null> {
  const { endsAt, closesAt } = classTimes(classDate);
  if (classDate.state !== 'live' || now < endsAt || now >= closesAt) return null;
  const next = await findNextOfHost(classDate, { by: addMinutes(closesAt, BREAK_MINUTES), now });
  if (next === null) return null;
  const warned = await ClassRisk.count({ where: { classDateId: next.id, kind: 'overrun', isOpen: true } });
  return warned > 0 ? null : next.startsAt;
}

function currentMeeting(meeting: ZoomMeeting): CurrentMeeting {
  const { state, syncedVersion, nextAttemptAt, seenAt, changesTold, changesSeen } = meeting;
  return { state, syncedVersion, nextAttemptAt, seenAt, toldChanged: changesTold > changesSeen };
}

/** What is looked for anyhow is given up once more, or found, before it is looked for later. */
function lateLook({ state, lateLookAt }: ZoomMeeting): { nextAttemptAt: Date }[] {
  return lateLookAt === null || UNRESOLVED.includes(state) ? [] : [{ nextAttemptAt: lateLookAt }];
}

function outlook(rows: readonly { readonly nextAttemptAt: Date | null }[], now: Date): Outlook {
  const later = rows.flatMap(({ nextAttemptAt }) => (nextAttemptAt && nextAttemptAt > now ? [nextAttemptAt] : []));
  const earliest = Math.min(...later.map((instant) => instant.getTime()));
  return { due: rows.length - later.length, nextAttemptAt: later.length > 0 ? new Date(earliest) : null };
}

function findDropped(classDateId: number): Promise<DroppedRegistrant[]> {
  return DroppedRegistrant.findAll({ where: { classDateId, doneAt: null }, attributes: ['nextAttemptAt'] });
}

async function countPassesWithoutLink(db: Sequelize, classDateId: number, meetingRowId: number): Promise<number> {
  const [row] = await db.query<{ missing: number }>(
    `SELECT COUNT(*) AS missing FROM zoom_secure_tokens
      WHERE class_date_id = :classDateId AND revoked_at IS NULL
        AND (link_meeting_id IS NULL OR link_meeting_id <> :meetingRowId)`,
    { type: QueryTypes.SELECT, replacements: { classDateId, meetingRowId } },
  );
  return row?.missing ?? 0;
}
