import { QueryTypes, type Sequelize } from 'sequelize';
import type { ClassState, StateReason } from '../domain/classStates';
import { HARD_CAP_MINUTES, LONGEST_MINUTES, type ClassSchedule } from '../domain/classTimes';
import { addMinutes, earlier, later } from '../domain/clock';
import { groupBy } from '../domain/groupBy';
import { mayGoOn, type LiveRun, type OpenStay } from '../domain/liveRun';
import { endOfSilentRun, silentAt } from '../domain/silentRuns';
import { groupStrangers } from '../domain/strangers';
import { guestName } from './findPassNames';

/** Classes that open this soon are shown already. */
const AHEAD_MINUTES = 30;

/** A class that runs, should be running, or is about to open. */
export interface LiveClassRow extends ClassSchedule {
  readonly id: number;
  readonly title: string;
  readonly teacherId: number;
  readonly teacherName: string;
  readonly state: ClassState;
  readonly stateReason: StateReason | null;
  readonly liveAt: Date | null;
  readonly endedAt: Date | null;
  readonly watchedAt: Date | null;
  /** when its room was made; null without one */
  readonly roomAt: Date | null;
  /** passes that are good */
  readonly expected: number;
  readonly runs: readonly LiveRun[];
  readonly waiting: Waiting;
}

/** Who is in Zoom's waiting room, and since when the first of them is. */
interface Waiting {
  readonly people: number;
  readonly since: Date | null;
}

/**
 * Three statements, however many classes there are.
 *
 * @param teacherId null for the classes of all teachers
 */
export async function listLiveClasses(db: Sequelize, now: Date, teacherId: number | null): Promise<LiveClassRow[]> {
  const classes = await findClasses(db, now, teacherId);
  if (classes.length === 0) return [];
  const silent = new Map(classes.map((row) => [row.id, silentAt(row)]));
  const runs = runsByClass(await findStays(db, classes), silent);
  const waits = groupBy(await findWaits(db, classes), ({ classDateId }) => classDateId);
  return classes.map((row) => {
    const ofClass = runs.get(row.id) ?? [];
    return { ...row, runs: ofClass, waiting: waitingIn(waits.get(row.id) ?? [], ofClass) };
  });
}

type ClassFields = Omit<LiveClassRow, 'runs' | 'waiting'>;

function findClasses(db: Sequelize, now: Date, teacherId: number | null): Promise<ClassFields[]> {
  return db.query<ClassFields>(
    `SELECT c.id, o.title, c.teacher_id AS teacherId, TRIM(CONCAT(t.first_name, ' ', t.last_name)) AS teacherName,
            c.state, c.state_reason AS stateReason, c.live_at AS liveAt, c.ended_at AS endedAt,
            c.watched_at AS watchedAt, c.starts_at AS startsAt, c.duration_minutes AS durationMinutes,
            c.lead_minutes AS leadMinutes, c.grace_minutes AS graceMinutes, c.watch_minutes AS watchMinutes,
            c.settle_minutes AS settleMinutes, m.created_at AS roomAt,
            (SELECT COUNT(*) FROM zoom_secure_tokens p
              WHERE p.class_date_id = c.id AND p.revoked_at IS NULL) AS expected
       FROM class_dates c
       JOIN book_orders o ON o.id = c.order_id
       JOIN users t ON t.id = c.teacher_id
       LEFT JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
      WHERE c.closed_at IS NULL AND (:teacherId IS NULL OR c.teacher_id = :teacherId)
        AND (c.state = 'live'
             OR (c.state IN ('scheduled', 'preparing', 'ready', 'ended') AND c.starts_at > :behind
                 AND TIMESTAMPADD(MINUTE, c.duration_minutes + :cap, c.starts_at) > :now
                 AND TIMESTAMPADD(MINUTE, -c.lead_minutes, c.starts_at) <= :ahead))
      ORDER BY c.starts_at, c.id`,
    {
      replacements: {
        ...{ teacherId, now },
        cap: HARD_CAP_MINUTES,
        behind: addMinutes(now, -LONGEST_MINUTES),
        ahead: addMinutes(now, AHEAD_MINUTES),
      },
      type: QueryTypes.SELECT,
    },
  );
}

/** A run of a current meeting with one stay in it, or with none. */
interface StayRow {
  readonly classDateId: number;
  readonly runId: number;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** the last coming or going of anybody */
  readonly lastToldAt: Date | null;
  readonly segmentId: number | null;
  readonly joinedAt: Date | null;
  readonly role: string | null;
  readonly zoomName: string | null;
  readonly zoomSessionUserId: string | null;
  readonly parentSessionUserId: string | null;
  readonly participantUuid: string | null;
  readonly registrantId: string | null;
  readonly zoomUserId: string | null;
  readonly passId: number | null;
  readonly passRevokedAt: Date | null;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly guestName: string | null;
}

function findStays(db: Sequelize, classes: readonly { readonly id: number }[]): Promise<StayRow[]> {
  return db.query<StayRow>(
    `SELECT m.class_date_id AS classDateId, i.id AS runId, i.ended_at AS endedAt,
            COALESCE(i.started_at, (SELECT MIN(f.join_time) FROM zoom_participants f
                                     WHERE f.instance_id = i.id)) AS startedAt,
            (SELECT MAX(COALESCE(l.leave_time, l.join_time)) FROM zoom_participants l
              WHERE l.instance_id = i.id) AS lastToldAt,
            s.id AS segmentId, s.join_time AS joinedAt, s.role, s.user_name AS zoomName,
            s.zoom_session_user_id AS zoomSessionUserId, s.parent_session_user_id AS parentSessionUserId,
            s.participant_uuid AS participantUuid, s.registrant_id AS registrantId, s.zoom_user_id AS zoomUserId,
            p.id AS passId, p.revoked_at AS passRevokedAt, p.email, u.first_name AS firstName, u.last_name AS lastName, g.name AS guestName
       FROM zoom_meetings m
       JOIN zoom_meeting_instances i ON i.zoom_meeting_id = m.id
       LEFT JOIN zoom_participants s
         ON s.instance_id = i.id AND i.ended_at IS NULL AND s.leave_time IS NULL AND s.join_time IS NOT NULL
       LEFT JOIN zoom_secure_tokens p ON p.id = s.pass_id
       LEFT JOIN users u ON u.id = p.user_id
       LEFT JOIN order_guests g ON g.id = p.guest_id
      WHERE m.class_date_id IN (:ids) AND m.is_current = 1
      ORDER BY i.id, s.id`,
    { replacements: { ids: classes.map(({ id }) => id) }, type: QueryTypes.SELECT },
  );
}

/** Somebody who came into the waiting room of a current meeting. */
interface WaitRow {
  readonly classDateId: number;
  /** null for a run of which nothing else has been told */
  readonly runId: number | null;
  readonly since: Date;
}

/** Whose way out of the waiting room was lost may have been seen inside: they wait no more. */
function findWaits(db: Sequelize, classes: readonly { readonly id: number }[]): Promise<WaitRow[]> {
  return db.query<WaitRow>(
    `SELECT m.class_date_id AS classDateId, i.id AS runId, w.began_at AS since
       FROM zoom_meetings m
       JOIN zoom_waits w ON w.zoom_meeting_id = m.id
       LEFT JOIN zoom_meeting_instances i ON i.uuid = w.uuid
       LEFT JOIN zoom_participants s
         ON s.instance_id = i.id AND s.zoom_session_user_id = w.zoom_session_user_id AND s.join_time >= w.began_at
      WHERE m.class_date_id IN (:ids) AND m.is_current = 1
        AND w.began_at IS NOT NULL AND w.ended_at IS NULL AND s.id IS NULL`,
    { replacements: { ids: classes.map(({ id }) => id) }, type: QueryTypes.SELECT },
  );
}

/** Of whom the way out was lost with the end of the run, they are gone when that is over. */
function waitingIn(waits: readonly WaitRow[], runs: readonly LiveRun[]): Waiting {
  const open = waits.filter(({ runId }) => mayGoOn(runId, runs));
  return { people: open.length, since: open.reduce<Date | null>((first, { since }) => earlier(first, since), null) };
}

/** @param silent by class id: when Zoom said that its room does not run */
function runsByClass(rows: readonly StayRow[], silent: ReadonlyMap<number, Date | null>): Map<number, LiveRun[]> {
  const classes = new Map<number, LiveRun[]>();
  for (const ofRun of groupBy(rows, ({ runId }) => runId).values()) {
    const [first] = ofRun;
    if (!first) continue;
    const { classDateId, runId: id, startedAt, lastToldAt } = first;
    const endedAt = first.endedAt ?? endOfSilentRun(later(startedAt, lastToldAt), silent.get(classDateId) ?? null);
    classes.set(classDateId, [...(classes.get(classDateId) ?? []), { id, startedAt, endedAt, stays: staysOf(ofRun) }]);
  }
  return classes;
}

/** @param rows of one run */
function staysOf(rows: readonly StayRow[]): OpenStay[] {
  const strangers = keysOfStrangers(rows);
  return rows.flatMap((row) => {
    const { segmentId, joinedAt, passId, passRevokedAt, role } = row;
    if (segmentId === null || joinedAt === null) return [];
    const isHost = role === 'host';
    const isExpected = passId !== null && passRevokedAt === null;
    const personKey = strangers.get(segmentId) ?? (passId === null ? 'host' : `pass:${passId}`);
    return [{ personKey, passId, isExpected, isHost, name: nameOf(row), joinedAt }];
  });
}

/** By their stays. A name is never an identity; in a breakout room a stay in the meeting may be all that is known of somebody. */
function keysOfStrangers(rows: readonly StayRow[]): Map<number, string> {
  const unknown = rows.flatMap((row) => {
    const { segmentId, zoomSessionUserId, runId: instanceId } = row;
    if (segmentId === null || zoomSessionUserId === null || row.passId !== null || row.role === 'host') return [];
    return [{ ...row, instanceId, segmentId, zoomSessionUserId }];
  });
  const keyed = groupStrangers(unknown).flatMap(({ keys: [key = ''], stays }) => stays.map((stay) => ({ key, stay })));
  return new Map(keyed.map(({ key, stay }) => [stay.segmentId, key]));
}

/** As the pass has it; of somebody without a pass, as they call themselves at Zoom. */
function nameOf(row: StayRow): string {
  if (row.passId === null) return row.zoomName ?? 'Somebody without a name';
  const { firstName, lastName } =
    row.firstName === null ? guestName(row.guestName, row.email ?? '') : { ...row, firstName: row.firstName };
  return `${firstName} ${lastName ?? ''}`.trim();
}
