import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { addMinutes, earlier } from '../domain/clock';
import { runsOfClass } from '../domain/meetingRuns';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { isWorkedThrough, judgeZoomList, type ListState } from '../queries/judgeZoomList';
import {
  ZoomDailyLimit,
  ZoomNeedsReconnect,
  ZoomNotFound,
  ZoomPageExpired,
  ZoomRateLimited,
  ZoomRefused,
  ZoomTokensLocked,
  ZoomUnreachable,
} from '../zoom/errors';
import type { PastMeeting, PastParticipant } from '../zoom/pastMeetings';
import { saveHostAlone, saveListedStay } from './saveListedStay';
import { zoomTrouble } from './zoomTrouble';

/** How far Zoom's own account goes, or that there is none (as for a host without a licence). */
type Account = ListState | 'missing';
/** Its host is not connected, so nobody could be asked. */
type Asked = Account | 'not_asked';

/** How long Zoom is left to work a meeting through before it is asked again. */
const UNFINISHED_MINUTES = 5;
/** How long it is left to name somebody whom its list lacks: nobody has to wait for that. */
const INCOMPLETE_MINUTES = 60;
/** By now Zoom was away for others, too. */
const ATTEMPTS = 3;

export interface AskAgain {
  readonly at: Date;
  /** whether what there is may be settled until then, or is too little */
  readonly settlesFirst: boolean;
}

/** What went wrong with a meeting, and whose Zoom was asked. */
interface Failure {
  readonly error: unknown;
  readonly teacherId: number;
}

/**
 * Fills the gaps that lost webhooks left, from Zoom's own account of each run of the class's meetings. Each host is asked
 * for their own meetings, and what is in the way of that is theirs alone.
 *
 * @returns when Zoom is to be asked again; null once it has said what it has to say
 */
export async function reconcileWithZoom(deps: Deps, classDateId: number, now: Date): Promise<AskAgain | null> {
  const failures: Failure[] = [];
  const accounts: Asked[] = [];
  for (const meeting of await ZoomMeeting.findAll({ where: { classDateId }, order: ['id'] })) {
    const { teacherId } = meeting;
    if (isInVain(failures, teacherId)) continue;
    try {
      accounts.push(await fillMeeting(deps, meeting, now));
    } catch (error) {
      failures.push({ error, teacherId });
    }
  }
  let again = accounts.includes('unfinished') ? addMinutes(now, UNFINISHED_MINUTES) : null;
  for (const { error, teacherId } of failures) {
    const trouble = await zoomTrouble(deps, error, { teacherId, attempts: ATTEMPTS, now });
    again = earlier(again, trouble.nextAttemptAt);
  }
  if (again) return { at: again, settlesFirst: false };
  return accounts.includes('incomplete') ? { at: addMinutes(now, INCOMPLETE_MINUTES), settlesFirst: true } : null;
}

/** A limit, and tokens that cannot be read, are one host's; where Zoom is away as a whole, or takes nothing of us, none can be asked. */
function isInVain(failures: readonly Failure[], teacherId: number): boolean {
  const theirs = failures.filter(({ error }) => isOneHosts(error));
  const others = failures.filter(({ error }) => !isOneHosts(error));
  if (theirs.some((failure) => failure.teacherId === teacherId) || others.length > 1) return true;
  return others.some(({ error }) => !(error instanceof ZoomUnreachable));
}

function isOneHosts(error: unknown): boolean {
  return error instanceof ZoomRateLimited || error instanceof ZoomDailyLimit || error instanceof ZoomTokensLocked;
}

/**
 * What goes wrong with one run of several does not keep the others from being done; where Zoom is away as a whole, none can be.
 *
 * @throws what went wrong first, at the end
 */
async function forEach<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      results.push(await work(item));
    } catch (error) {
      failures.push(error);
      if (!(error instanceof ZoomUnreachable) || failures.length > 1) break;
    }
  }
  if (failures.length > 0) throw failures[0];
  return results;
}

async function fillMeeting(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<Asked> {
  if (meeting.meetingId === null) return 'not_asked';
  const account = await fill(deps, meeting, meeting.meetingId, now);
  // A list that was read before stays read, though it cannot be had any more.
  const saysNothing = account === 'not_asked' || (account === 'missing' && meeting.reconciledAt !== null);
  if (!saysNothing) await meeting.update({ reconciledAt: account === 'finished' ? now : null });
  return account;
}

/** A host who is not connected keeps nobody from what another host of the class can tell. */
async function fill(deps: Deps, meeting: ZoomMeeting, meetingId: string, now: Date): Promise<Asked> {
  try {
    await fillRuns(deps, meeting, meetingId);
    return await fillStays(deps, meeting, now);
  } catch (error) {
    if (error instanceof ZoomNeedsReconnect) return 'not_asked';
    throw error;
  }
}

/** Of the last run Zoom tells even if no webhook did; of the others, what their webhooks left open. */
async function fillRuns(deps: Deps, meeting: ZoomMeeting, meetingId: string): Promise<void> {
  const ask = (id: string) => orNothing(() => deps.zoom.pastMeeting(meeting.teacherId, id));
  const last = await ask(meetingId);
  if (last) await saveRun(deps, meeting, last);
  for (const { uuid, startedAt, endedAt } of await runsOf(meeting)) {
    const past = startedAt && endedAt ? null : await ask(uuid);
    if (past) await saveRun(deps, meeting, past);
  }
}

async function saveRun(deps: Deps, meeting: ZoomMeeting, { uuid, startedAt, endedAt }: PastMeeting): Promise<void> {
  await locked(deps, meeting, async (transaction) => {
    const known = await ZoomMeetingInstance.findOne({ where: { uuid }, transaction });
    const times = { startedAt: known?.startedAt ?? startedAt, endedAt: known?.endedAt ?? endedAt };
    if (known) await known.update(times, { transaction });
    else await ZoomMeetingInstance.create({ zoomMeetingId: meeting.id, uuid, ...times }, { transaction });
  });
}

async function fillStays(deps: Deps, meeting: ZoomMeeting, now: Date): Promise<Account> {
  const accounts = await forEach(await runsToFill(meeting), (run) => fillRun(deps, meeting, run, now));
  return (['unfinished', 'incomplete', 'missing'] as const).find((account) => accounts.includes(account)) ?? 'finished';
}

/** Those that are of the class: nobody waits for the list of another use of its room. */
async function runsToFill(meeting: ZoomMeeting): Promise<ZoomMeetingInstance[]> {
  const classDate = await ClassDate.findByPk(meeting.classDateId, { rejectOnEmpty: true });
  return runsOfClass(await runsOf(meeting), meeting, classTimes(classDate));
}

async function fillRun(deps: Deps, meeting: ZoomMeeting, run: ZoomMeetingInstance, now: Date): Promise<Account> {
  const listed = await listOf(deps, meeting, run);
  if (listed === 'missing' || listed === 'unfinished') return listed;
  await saveRows(deps, meeting, run, isWorkedThrough(listed) ? listed.map(withEnd) : listed);
  const account = await judgeZoomList(run, listed, now);
  if (account === 'finished' && listed.length === 0) {
    await locked(deps, meeting, (transaction) => saveHostAlone(run, transaction));
  }
  return account;
}

/** Who left as they came; Zoom lists them like those whose leaving it has not got to yet. */
function withEnd(row: PastParticipant): PastParticipant {
  return row.leftAtOnce ? { ...row, leaveTime: row.joinTime } : row;
}

/** A list whose pages could not all be had in time is read anew. */
async function listOf(
  deps: Deps,
  { teacherId }: ZoomMeeting,
  { uuid }: ZoomMeetingInstance,
): Promise<PastParticipant[] | 'missing' | 'unfinished'> {
  try {
    return (await orNothing(() => deps.zoom.pastParticipants(teacherId, uuid))) ?? 'missing';
  } catch (error) {
    if (error instanceof ZoomPageExpired) return 'unfinished';
    throw error;
  }
}

async function saveRows(
  deps: Deps,
  meeting: ZoomMeeting,
  run: ZoomMeetingInstance,
  rows: readonly PastParticipant[],
): Promise<void> {
  const connection = await ZoomConnection.findOne({ where: { userId: meeting.teacherId } });
  const hosts = connection?.zoomUserId ? [connection.zoomUserId] : [];
  await locked(deps, meeting, async (transaction) => {
    const passes = await ZoomSecureToken.findAll({ where: { classDateId: meeting.classDateId }, transaction });
    for (const row of rows) await saveListedStay(run, row, { passes, hosts }, transaction);
  });
}

function runsOf({ id }: ZoomMeeting): Promise<ZoomMeetingInstance[]> {
  return ZoomMeetingInstance.findAll({ where: { zoomMeetingId: id }, order: ['id'] });
}

/** The class's row is the lock of everything that follows from its meeting: webhooks may still be coming in. */
function locked(deps: Deps, { classDateId }: ZoomMeeting, work: (transaction: Transaction) => Promise<void>) {
  return inTransaction(deps.db, async (transaction) => {
    await ClassDate.findByPk(classDateId, { transaction, lock: Transaction.LOCK.UPDATE });
    await work(transaction);
  });
}

/** That Zoom knows of nothing, or may not tell, is no failure. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ZoomNotFound || error instanceof ZoomRefused) return null;
    throw error;
  }
}
