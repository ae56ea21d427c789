import { Op, type Transaction } from 'sequelize';
import { VERDICTS, type AttendanceFacts, type KnownStay, type PersonStays } from '../domain/attendance';
import { CLASS_OUTCOMES, fixedOutcome, isShut } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { endOfRun } from '../domain/meetingRuns';
import { endOfSilentRun, lastToldOf, roomAskedAbout, silentAt } from '../domain/silentRuns';
import { groupStrangers, type Stranger } from '../domain/strangers';
import { ownersOfAccounts } from '../domain/zoomAccounts';
import { AttendanceCorrection } from '../models/AttendanceCorrection';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { personKey } from '../security/joinPass';
import { findRuns } from './findRuns';

/** Who a stranger is said to be when they belong to nobody: a note taker, somebody in the wrong room. */
export const NOBODY = 'nobody';

/** What is known of who was in a class. */
export interface AttendanceRecord {
  readonly classDate: ClassDate;
  readonly passes: readonly ZoomSecureToken[];
  /** by what Zoom told and what people said; the teacher first */
  readonly stays: ReadonlyMap<string, readonly ZoomParticipant[]>;
  /** of whoever gave the class before it was given to its teacher: as hosts of rooms it had then, or because a person said so */
  readonly formerHosts: readonly ZoomParticipant[];
  /** whom Zoom's word ties to nobody; their person key is the first of their keys */
  readonly untied: readonly Stranger<ZoomParticipant>[];
  /** of them, those of whom nobody has said who they were */
  readonly strangers: readonly Stranger<ZoomParticipant>[];
  /** of them, those who are taken for whoever used their Zoom account otherwise, unless a person says who they were */
  readonly taken: readonly Stranger<ZoomParticipant>[];
  /** those that count */
  readonly corrections: readonly AttendanceCorrection[];
  readonly facts: AttendanceFacts;
}

/**
 * @param now until when those stayed of whom nothing else is known, while the class is open
 * @param transaction one that holds the class's row
 */
export async function readAttendance(
  classDate: ClassDate,
  now: Date,
  transaction: Transaction | null = null,
): Promise<AttendanceRecord> {
  const where = { classDateId: classDate.id };
  const passes = await ZoomSecureToken.findAll({ where, order: ['id'], transaction });
  const corrections = await AttendanceCorrection.findAll({ where: { ...where, endedAt: null }, transaction });
  const { meetings, runs } = await findRuns(classDate, transaction);
  const segments = await ZoomParticipant.findAll({
    where: { instanceId: { [Op.in]: runs.map(({ id }) => id) } },
    order: ['joinTime', 'id'],
    transaction,
  });
  const ownRooms = new Set(meetings.filter(({ teacherId }) => teacherId === classDate.teacherId).map(({ id }) => id));
  const ownRuns = new Set(runs.filter(({ zoomMeetingId }) => ownRooms.has(zoomMeetingId)).map(({ id }) => id));
  const tied = tie(classDate, { passes, segments, corrections, ownRuns });
  const listRead = meetings.every(({ meetingId, reconciledAt }) => meetingId === null || reconciledAt !== null);
  const askedRoom = roomAskedAbout(meetings, classDate.watchedAt);
  const facts = factsOf({ classDate, passes, segments, corrections, runs, askedRoom, listRead, ...tied }, now);
  return { classDate, passes, corrections, ...tied, facts };
}

interface Tied extends Pick<AttendanceRecord, 'stays' | 'formerHosts' | 'untied' | 'strangers' | 'taken'> {
  /** the stays that are known by a Zoom account alone */
  readonly byAccount: ReadonlySet<ZoomParticipant>;
}

interface Untied {
  readonly passes: readonly ZoomSecureToken[];
  readonly segments: readonly ZoomParticipant[];
  readonly corrections: readonly AttendanceCorrection[];
  /** in rooms of the teacher who gives the class now */
  readonly ownRuns: ReadonlySet<number>;
}

/** To whom each stay belongs: by its pass, as the host, because a person said so, or by the Zoom account it was made with. */
function tie({ teacherId }: ClassDate, { passes, segments, corrections, ownRuns }: Untied): Tied {
  const stays = new Map<string, ZoomParticipant[]>();
  const give = (key: string, some: readonly ZoomParticipant[]) => stays.set(key, [...(stays.get(key) ?? []), ...some]);
  const keyOfPass = new Map(passes.map((pass) => [pass.id, personKey(pass)]));
  give(`teacher:${teacherId}`, []);
  const unknown: ZoomParticipant[] = [];
  const formerHosts: ZoomParticipant[] = [];
  const accounts = ownersOfAccounts(segments.flatMap((segment) => surelyOf(segment, keyOfPass)));
  for (const segment of segments) {
    const isHost = segment.role === 'host';
    const key = isHost ? `teacher:${teacherId}` : keyOfPass.get(segment.passId ?? 0);
    if (isHost && !ownRuns.has(segment.instanceId)) formerHosts.push(segment);
    else if (key === undefined) unknown.push(segment);
    else give(key, [segment]);
  }
  const untied = groupStrangers(unknown);
  const taken: Stranger<ZoomParticipant>[] = [];
  const strangers = untied.filter((stranger) => {
    const said = corrections.find(({ kind, subject }) => kind === 'person' && stranger.keys.includes(subject));
    const owner = said ? said.value : ownerOf(stranger, accounts);
    if (owner !== undefined && (teacherIn(owner) ?? teacherId) !== teacherId) formerHosts.push(...stranger.stays);
    else if (owner !== undefined && owner !== NOBODY) give(owner, stranger.stays);
    if (!said && owner !== undefined) taken.push(stranger);
    return owner === undefined;
  });
  const byAccount = new Set(taken.flatMap((one) => one.stays));
  return { stays, formerHosts, untied, strangers, taken, byAccount };
}

/** Whose key that is, if it is a teacher's; null for anybody else's. */
export function teacherIn(key: string): number | null {
  const [, id] = /^teacher:(\d+)$/.exec(key) ?? [];
  return id === undefined ? null : Number(id);
}

const HOST = 'host';

function surelyOf({ role, matchedBy, passId, zoomUserId }: ZoomParticipant, keyOfPass: ReadonlyMap<number, string>) {
  if (role === 'host') return [{ zoomUserId, personKey: HOST }];
  const personKey = keyOfPass.get(passId ?? 0);
  return matchedBy === 'registrant' && personKey !== undefined ? [{ zoomUserId, personKey }] : [];
}

/** The one student or guest whose own link was used with the account of somebody who came without it. */
function ownerOf({ stays }: Stranger<ZoomParticipant>, accounts: ReadonlyMap<string, string>): string | undefined {
  const [owner, ...others] = new Set(stays.flatMap(({ zoomUserId }) => accounts.get(zoomUserId ?? '') ?? []));
  return others.length === 0 && owner !== HOST ? owner : undefined;
}

interface Known extends Tied {
  readonly classDate: ClassDate;
  readonly passes: readonly ZoomSecureToken[];
  readonly segments: readonly ZoomParticipant[];
  readonly corrections: readonly AttendanceCorrection[];
  readonly runs: readonly ZoomMeetingInstance[];
  /** of which Zoom said, if it did, that it does not run */
  readonly askedRoom: number | null;
  readonly listRead: boolean;
}

function factsOf(known: Known, now: Date): AttendanceFacts {
  const { classDate, passes, corrections, stays, formerHosts, strangers, listRead } = known;
  const { startsAt, durationMinutes, lateMinutes, presentMinutes, teacherId, state, closedAt, endedAt } = classDate;
  const { opensAt, hardCapAt } = classTimes(classDate);
  const ends = endsOfRuns(known);
  const over = isShut(classDate);
  const endsOfParts = over ? endsOfWholes(known.segments) : new Map<number, Date>();
  const stay = (segment: ZoomParticipant): KnownStay => ({
    ...{ joinTime: segment.joinTime, leaveTime: segment.leaveTime, source: segment.source },
    runEndedAt: endsOfParts.get(segment.id) ?? ends.get(segment.instanceId) ?? null,
    matchedBy: known.byAccount.has(segment) ? 'account' : segment.matchedBy,
  });
  const personOf = (key: string): PersonStays => ({ personKey: key, stays: (stays.get(key) ?? []).map(stay) });
  return {
    ...{ startsAt, durationMinutes, opensAt, hardCapAt, lateMinutes, presentMinutes, listRead },
    openUntil: (closedAt && endedAt) ?? closedAt ?? classDate.cancelledAt ?? now,
    isOver: over,
    fixedOutcome: fixedOutcome(state),
    teacher: personOf(`teacher:${teacherId}`),
    formerTeachers: formerHosts.map(stay),
    // Of those whose pass was withdrawn, only who had come.
    students: passes
      .filter((pass) => pass.revokedAt === null || stays.has(personKey(pass)))
      .map((pass) => personOf(personKey(pass))),
    strangers: strangers.map(({ keys, stays: some }) => ({ personKey: keys[0] ?? '', stays: some.map(stay) })),
    ...correctedOf(corrections),
  };
}

function endsOfRuns({ classDate, runs, segments, askedRoom }: Known): Map<number, Date | null> {
  const silentIn = (run: ZoomMeetingInstance) => (run.zoomMeetingId === askedRoom ? silentAt(classDate) : null);
  const siblings = (run: ZoomMeetingInstance) =>
    runs.filter(({ zoomMeetingId }) => zoomMeetingId === run.zoomMeetingId);
  const lastTold = (run: ZoomMeetingInstance) => lastToldOf(run, segments);
  return new Map(
    runs.map((run) => [run.id, endOfRun(run, siblings(run)) ?? endOfSilentRun(lastTold(run), silentIn(run))]),
  );
}

/**
 * Until when, at most, each stay in a breakout room lasted: Zoom's list has none of them, and whoever leaves the meeting
 * leaves its rooms. Of some it says that they left it for the room: then that says nothing.
 */
function endsOfWholes(segments: readonly ZoomParticipant[]): Map<number, Date> {
  const key = (instanceId: number, sessionUserId: string) => `${instanceId}:${sessionUserId}`;
  const leaves = new Map(segments.map((one) => [key(one.instanceId, one.zoomSessionUserId), one.leaveTime]));
  return new Map(
    segments.flatMap(({ id, instanceId, parentSessionUserId, joinTime }) => {
      const left = parentSessionUserId === null ? null : leaves.get(key(instanceId, parentSessionUserId));
      return left && joinTime && left > joinTime ? [[id, left] as const] : [];
    }),
  );
}

function correctedOf(corrections: readonly AttendanceCorrection[]) {
  const correctedVerdicts = new Map(
    corrections.flatMap(({ kind, subject, value }) => {
      const verdict = kind === 'verdict' ? VERDICTS.find((one) => one === value) : undefined;
      return verdict === undefined ? [] : [[subject, verdict] as const];
    }),
  );
  const said = corrections.find(({ kind }) => kind === 'outcome')?.value;
  return { correctedVerdicts, correctedOutcome: CLASS_OUTCOMES.find((outcome) => outcome === said) ?? null };
}
