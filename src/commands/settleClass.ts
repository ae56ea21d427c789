import { Op, Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { presence, verdictOf, type Stay, type Verdict } from '../domain/attendance';
import { outcomeOf } from '../domain/classOutcome';
import { addMinutes } from '../domain/clock';
import { nextClassState } from '../domain/transitions';
import { ClassAttendance } from '../models/ClassAttendance';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { personKey } from '../security/joinPass';
import { reconcileWithZoom } from './reconcileWithZoom';
import { THE_SYSTEM, writeAudit } from './writeAudit';
import { zoomTrouble } from './zoomTrouble';

/** After this long without an answer from Zoom a class is settled from the webhooks alone, and says so. */
const GIVE_UP_AFTER_MINUTES = 6 * 60;

/** Concludes who was there, from webhooks and Zoom's own list; each time as a new revision, never an overwrite. */
export async function settleClass(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  try {
    await reconcileWithZoom(deps, classDate, now);
  } catch (error) {
    const { teacherId } = classDate;
    const trouble = await zoomTrouble(deps, error, { teacherId, attempts: 3, now });
    const givenUp = now > addMinutes(classDate.closedAt ?? now, GIVE_UP_AFTER_MINUTES);
    if (trouble.nextAttemptAt && !givenUp) {
      await classDate.update({ nextAttemptAt: trouble.nextAttemptAt });
      return;
    }
  }
  await conclude(deps, classDateId, now);
}

async function conclude(deps: Deps, classDateId: number, now: Date): Promise<void> {
  const segments = await findSegments(classDateId);
  const passes = await ZoomSecureToken.findAll({ where: { classDateId } });
  await inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
    const closedAt = classDate.endedAt ?? classDate.closedAt ?? now;
    const people = peopleOf(classDate, passes, segments).map((person) => judge(person, classDate.startsAt, closedAt));
    const revision = (await lastRevision(classDateId, transaction)) + 1;
    await ClassAttendance.bulkCreate(
      people.map((person) => ({ ...person, classDateId, revision })),
      { transaction },
    );
    const outcome = outcomeOf(whoCame(people, segments));
    const state = nextClassState(classDate.state, 'settled');
    await classDate.update({ state, outcome, settledAt: now, nextAttemptAt: null }, { transaction });
    const entity = { type: 'class_date', id: classDateId };
    await writeAudit(deps, THE_SYSTEM, { action: 'class_settled', entity, metadata: { outcome } }, transaction);
  });
}

interface PersonSegments {
  readonly personKey: string;
  readonly passId: number | null;
  readonly segments: readonly ZoomParticipant[];
}

/** The teacher first, then everybody with a pass; of those whose pass was withdrawn, only who had come. */
function peopleOf(
  { teacherId }: ClassDate,
  passes: readonly ZoomSecureToken[],
  segments: readonly ZoomParticipant[],
): PersonSegments[] {
  const host = segments.filter(({ role }) => role === 'host');
  return [
    { personKey: `teacher:${teacherId}`, passId: null, segments: host },
    ...passes
      .filter(({ id, revokedAt }) => revokedAt === null || segments.some(({ passId }) => passId === id))
      .map((pass) => ({
        personKey: personKey(pass),
        passId: pass.id,
        segments: segments.filter(({ passId }) => passId === pass.id),
      })),
  ];
}

function judge({ segments, ...person }: PersonSegments, startsAt: Date, closedAt: Date) {
  const present = presence(segments.map((segment) => stayOf(segment, closedAt)));
  return {
    ...person,
    verdict: verdictOf(present, startsAt),
    presentSeconds: present.seconds,
    firstJoinAt: present.firstJoinAt,
    lastLeaveAt: present.lastLeaveAt,
    sources: [...new Set(segments.map(({ source }) => source))].sort().join(' ') || 'none',
  };
}

/** Somebody whom we could not tie to a pass was there all the same. */
function whoCame([teacher, ...students]: readonly { verdict: Verdict }[], segments: readonly ZoomParticipant[]) {
  const unmatched = segments.some(({ passId, role }) => passId === null && role !== 'host');
  return {
    teacher: teacher !== undefined && teacher.verdict !== 'absent',
    students: unmatched || students.some(({ verdict }) => verdict !== 'absent'),
  };
}

async function lastRevision(classDateId: number, transaction: Transaction): Promise<number> {
  const last = await ClassAttendance.max<number | null, ClassAttendance>('revision', {
    where: { classDateId },
    transaction,
  });
  return last ?? 0;
}

async function findSegments(classDateId: number): Promise<ZoomParticipant[]> {
  const meetings = await ZoomMeeting.findAll({ where: { classDateId }, attributes: ['id'] });
  const instances = await ZoomMeetingInstance.findAll({
    where: { zoomMeetingId: { [Op.in]: meetings.map(({ id }) => id) } },
    attributes: ['id'],
  });
  return ZoomParticipant.findAll({ where: { instanceId: { [Op.in]: instances.map(({ id }) => id) } } });
}

/** A stay whose end was never told lasted until the class closed; one whose beginning was never told has no length. */
function stayOf({ joinTime, leaveTime }: ZoomParticipant, closedAt: Date): Stay {
  const to = (leaveTime ?? closedAt).getTime();
  return { from: joinTime?.getTime() ?? to, to };
}
