import type { InferAttributes, Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { AuditAction } from '../domain/auditActions';
import { OF_HOST } from '../domain/classRisks';
import { isShut } from '../domain/classStates';
import { gathersUntil } from '../domain/gathering';
import type { OutcomeEventType } from '../domain/outcomeEvents';
import { saysTheSame, toldOf, type ClassToTell } from '../domain/told';
import { AppError, NotFoundError } from '../errors';
import { AttendanceCorrection } from '../models/AttendanceCorrection';
import { ClassDate } from '../models/ClassDate';
import { deliverOutbox, type HintReason } from '../temporal/outbox';
import { holdMails, keepQuiet, noteFormerTeacher } from './keepQuiet';
import { matchRoster } from './matchRoster';
import { reopenOrder } from './reopenOrder';
import { noteOutcome } from './noteOutcome';
import { retireCurrent, retireIfHeld } from './retireMeetings';
import { saveRisks } from './saveRisks';
import { tellWorkflows } from './tellWorkflows';
import { clearOverrun } from './warnOfOverrun';
import { writeAudit, type AuditEntry, type AuditOrigin } from './writeAudit';

/** What every edit of a class date may say besides what it changes. */
export interface ClassEdit {
  readonly classDateId: number;
  /** The version that whoever edits had before them; without it the last edit wins. */
  readonly expectedVersion?: number | undefined;
  /** Do it although the class is live. */
  readonly force?: boolean | undefined;
  /** false: nobody is mailed about it; what is mailed later is right all the same. */
  readonly notify?: boolean | undefined;
}

export interface ClassChange {
  readonly classDate: ClassDate;
  /** false: it was so already, and nobody hears of anything */
  readonly changed: boolean;
}

/** What an edit comes to for the class as it is now. */
export interface Decision {
  readonly changes: Partial<InferAttributes<ClassDate>>;
  readonly action: AuditAction;
  readonly reason: HintReason;
  readonly metadata?: AuditEntry['metadata'];
}

/** null: it is so already; it may throw when the class cannot be changed in that way. */
export type Decide = (classDate: ClassDate) => Decision | null;

type ChangeDeps = Pick<Deps, 'db' | 'clock' | 'signingKeys' | 'temporal' | 'logger'>;

/** Everything that a class which is still to come has left behind it. */
const STILL_TO_COME = {
  ...{ stateReason: null, outcome: null, liveAt: null, endedAt: null, watchedAt: null, closedAt: null },
  ...{ settledAt: null, evidenceAt: null, nextAttemptAt: null, cancelledAt: null },
} as const;

/**
 * Changes a class date at any moment, against whatever step is under way: under the lock of its row, in one commit with
 * the audit row and the word to its workflow. Doing it again changes nothing.
 *
 * @throws AppError 409 when the class is another than `expectedVersion`, or live and not forced
 */
export async function changeClass(
  deps: ChangeDeps,
  edit: ClassEdit,
  origin: AuditOrigin,
  decide: Decide,
): Promise<ClassChange> {
  const { outboxIds, ...change } = await inTransaction(deps.db, (transaction) =>
    changeClassIn(deps, edit, origin, decide, transaction),
  );
  await deliverOutbox(deps, ...outboxIds);
  return change;
}

/** The same as a part of something larger, which delivers the outbox rows after its commit. */
export async function changeClassIn(
  deps: Omit<ChangeDeps, 'db' | 'temporal' | 'logger'>,
  edit: ClassEdit,
  origin: AuditOrigin,
  decide: Decide,
  transaction: Transaction,
): Promise<ClassChange & { outboxIds: number[] }> {
  const classDate = await ClassDate.findByPk(edit.classDateId, { lock: true, transaction });
  if (!classDate) throw new NotFoundError('There is no such class date.');
  const decision = decide(classDate);
  if (!decision) return { classDate, changed: false, outboxIds: [] };
  refuseStale(classDate, edit);
  refuseLive(classDate, edit);
  const former = snapshotOf(classDate);
  const wasClosed = isShut(classDate);
  await apply(classDate, decision.changes, former, deps.clock.now(), transaction);
  await retireMisfits(classDate, former, transaction);
  // Whoever tells that it has ended leaves this to its closing, which an edit may forestall.
  if (classDate.state !== 'live') await clearOverrun(deps, classDate.id, deps.clock.now(), transaction);
  if (wasClosed && classDate.state === 'scheduled') await takePlaceAfterAll(deps, classDate, origin, transaction);
  if (former.teacherId !== classDate.teacherId) await forgetHost(deps, classDate, transaction);
  if (classDate.state === 'scheduled' && former.state !== 'scheduled') await forgetNoRoom(deps, classDate, transaction);
  await tellPeople(classDate, former, edit, deps.clock.now(), transaction);
  const entity = { type: 'class_date', id: classDate.id };
  const how = { version: classDate.version, quiet: edit.notify === false, forced: former.state === 'live' };
  const audit = { action: decision.action, entity, metadata: { ...decision.metadata, ...how } };
  await writeAudit(deps, origin, audit, transaction);
  await tellFeed(classDate, decision.action, transaction);
  const teacherIds = [former.teacherId, classDate.teacherId];
  const outboxIds = await tellWorkflows(classDate.id, teacherIds, decision.reason, transaction);
  return { classDate, changed: true, outboxIds };
}

/** Whatever brought it back: it is for whom its order is for now, and what was said of its former time says nothing of this. */
async function takePlaceAfterAll(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const now = deps.clock.now();
  await matchRoster(deps, classDate, origin, transaction);
  await reopenOrder(classDate, now, transaction);
  const open = { classDateId: classDate.id, endedAt: null };
  await AttendanceCorrection.update({ endedAt: now, endedBy: origin.userId }, { where: open, transaction });
}

const EVENTS: Readonly<Partial<Record<AuditAction, OutcomeEventType>>> = {
  class_rescheduled: 'class.rescheduled',
  teacher_changed: 'class.teacher_changed',
  class_cancelled: 'class.cancelled',
  class_reopened: 'class.reopened',
};

async function tellFeed(classDate: ClassDate, action: AuditAction, transaction: Transaction): Promise<void> {
  const type = EVENTS[action];
  if (type) await noteOutcome(classDate, type, transaction);
}

function refuseStale({ version }: ClassDate, { expectedVersion }: ClassEdit): void {
  if (expectedVersion === undefined || expectedVersion === version) return;
  throw new AppError(
    409,
    'changed_meanwhile',
    'Somebody has changed this class since you opened it. Look at it as it is now, then decide again.',
  );
}

function refuseLive({ state }: ClassDate, { force }: ClassEdit): void {
  if (state !== 'live' || force) return;
  throw new AppError(
    409,
    'class_is_live',
    'This class is live: people are in its room. Say that it is to be done all the same.',
  );
}

type Snapshot = ClassToTell & Pick<ClassDate, ScheduleFields>;
type ScheduleFields = 'leadMinutes' | 'graceMinutes' | 'watchMinutes' | 'settleMinutes';

function snapshotOf(classDate: ClassDate): Snapshot {
  const { startsAt, durationMinutes, teacherId, state } = classDate;
  const { leadMinutes, graceMinutes, watchMinutes, settleMinutes } = classDate;
  return { startsAt, durationMinutes, teacherId, state, leadMinutes, graceMinutes, watchMinutes, settleMinutes };
}

async function apply(
  classDate: ClassDate,
  changes: Decision['changes'],
  former: Snapshot,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  classDate.set(changes);
  if (classDate.state === 'scheduled' && former.state !== 'scheduled') classDate.set(STILL_TO_COME);
  const toTell = !saysTheSame(toldOf(former), toldOf(classDate));
  classDate.set({
    version: classDate.version + 1,
    scheduleVersion: classDate.scheduleVersion + (toTell ? 1 : 0),
    gathersUntil: gathersUntil([former, classDate], now),
  });
  await classDate.save({ transaction });
}

/** A room of a class that is off, or of another teacher, is out of service from this commit on. */
async function retireMisfits(classDate: ClassDate, former: Snapshot, transaction: Transaction): Promise<void> {
  await retireCurrent(classDate, transaction);
  if (classDate.state === 'scheduled' && former.state !== 'scheduled') await retireIfHeld(classDate.id, transaction);
}

/** What was found of the former host says nothing of this one, who has to be told of what is found again. */
export async function forgetHost(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<void> {
  await saveRisks(deps, classDate, { findings: [], lookedFor: OF_HOST, now: deps.clock.now() }, transaction);
}

/** It needs no room yet; what Zoom says once it does is told again. */
async function forgetNoRoom(
  deps: Pick<Deps, 'clock' | 'signingKeys'>,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<void> {
  await saveRisks(deps, classDate, { findings: [], lookedFor: ['no_room'], now: deps.clock.now() }, transaction);
}

async function tellPeople(
  classDate: ClassDate,
  former: Snapshot,
  { notify }: ClassEdit,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  if (former.teacherId !== classDate.teacherId) await noteFormerTeacher(classDate, former, now, transaction);
  if (notify === false) await keepQuiet(classDate, former, now, transaction);
  await holdMails(classDate, transaction);
}
