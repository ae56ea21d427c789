import { UniqueConstraintError, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { requireClassDateOf, requireOrderOf, type ExternalClassDateId } from '../queries/externalBookings';
import { CLASS_DATE_FIELDS, classDateDigests, lastSent, tagOf } from '../queries/externalFields';
import { findClassWarnings } from '../queries/findClassWarnings';
import { deliverOutbox } from '../temporal/outbox';
import { bookClassDateIn } from './bookClassDate';
import type { ClassEdit } from './changeClass';
import type { WallSchedule } from './checkSchedule';
import { forgetRefusedEdit, keepingRefused, type Commit, type EditSubject } from './keepRefusedEdit';
import { checkTag, fieldsToChange, type Precondition } from './preconditions';
import { reopenClassIn } from './reopenClass';
import { rescheduleClassIn } from './rescheduleClass';
import { resolveWallTime, type ResolvedWallTime } from './resolveWallTime';
import type { AuditOrigin } from './writeAudit';

export interface ClassDatePut
  extends ExternalClassDateId, Precondition, WallSchedule, Pick<ClassEdit, 'force' | 'notify'> {
  /** have it take place after all that was cancelled */
  readonly reopen: boolean;
}

export interface ClassDatePutDone {
  readonly order: BookOrder;
  readonly classDate: ClassDate;
  readonly created: boolean;
  /** what became of the time that was sent */
  readonly wallTime: 'as_given' | 'moved_forward' | 'first_of_two';
  readonly notes: readonly string[];
}

interface Done extends Pick<ClassDatePutDone, 'order' | 'classDate' | 'created'> {
  readonly outboxIds: readonly number[];
}

/**
 * Brings a class date to what a marketplace's program says it is, in one commit: booked if it is new, moved where its time
 * differs, left alone where it does not.
 *
 * @throws FieldErrors, ChangedHereError, NotFoundError, AppError 409 and 412; nothing has been saved then
 */
export function putClassDate(deps: Deps, put: ClassDatePut, origin: AuditOrigin): Promise<ClassDatePutDone> {
  const commit = keepingRefused(deps, put, (_names, transaction) => findSubject(put, transaction));
  return carryOutClassDatePut(deps, put, origin, commit);
}

/**
 * The same with whatever else belongs to the commit.
 *
 * @param commit what it is called with may be done more than once
 */
export async function carryOutClassDatePut(
  deps: Deps,
  put: ClassDatePut,
  origin: AuditOrigin,
  commit: Commit,
): Promise<ClassDatePutDone> {
  const meant = resolveWallTime(put.localStart, put.timeZone);
  const once = () => commit((transaction) => putIn(deps, put, meant, origin, transaction));
  const { outboxIds, ...done } = await onceMore(once);
  await deliverOutbox(deps, ...outboxIds);
  const warnings =
    done.classDate.state === 'cancelled'
      ? []
      : await findClassWarnings(deps.db, done.classDate, deps.clock.now(), { names: false });
  const note = meant?.note ?? null;
  const wallTime = note === null ? 'as_given' : meant?.localStart === put.localStart ? 'first_of_two' : 'moved_forward';
  return { ...done, wallTime, notes: [...(note === null ? [] : [note]), ...warnings] };
}

async function findSubject(put: ExternalClassDateId, transaction: Transaction): Promise<EditSubject> {
  const { order, classDate } = await requireClassDateOf(put, transaction);
  return { orderId: order.id, classDateId: classDate.id };
}

/** Two calls may book the same class date at once: whoever was second finds it the second time. */
async function onceMore(work: () => Promise<Done>): Promise<Done> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
    return work();
  }
}

async function putIn(
  deps: Deps,
  put: ClassDatePut,
  meant: ResolvedWallTime | null,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Done> {
  const order = await requireOrderOf(put, transaction);
  const where = { orderId: order.id, externalId: put.classDateId };
  const classDate = await ClassDate.findOne({ where, lock: true, transaction });
  if (classDate) return change(deps, put, { order, classDate, meant }, origin, transaction);
  checkTag(put, null);
  const { localStart, timeZone, durationMinutes } = put;
  const booking = { orderId: order.id, localStart, timeZone, durationMinutes };
  const booked = await bookClassDateIn(deps, order, booking, origin, transaction);
  await booked.classDate.update(
    { externalId: put.classDateId, ...sentColumns(put, booked.classDate, false) },
    { transaction, silent: true },
  );
  // With what the database filled in.
  await booked.classDate.reload({ transaction });
  return { order, classDate: booked.classDate, created: true, outboxIds: booked.outboxIds };
}

interface Found {
  readonly order: BookOrder;
  readonly classDate: ClassDate;
  readonly meant: ResolvedWallTime | null;
}

async function change(
  deps: Deps,
  put: ClassDatePut,
  { order, classDate, meant }: Found,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Done> {
  const current = classDateDigests(classDate, classDate.state === 'cancelled');
  checkTag(put, tagOf(current));
  const { localStart, timeZone, durationMinutes } = put;
  const schedule = { localStart: meant?.localStart ?? localStart, timeZone, durationMinutes };
  const sent = lastSent(classDate, CLASS_DATE_FIELDS);
  const wanted = classDateDigests(schedule, !put.reopen && current.state === 'cancelled');
  const former = { revision: classDate.externalRevision, sent, current };
  // To ask for a cancelled class to take place is to know that it is cancelled.
  const accept = put.reopen ? [...put.accept, 'state'] : put.accept;
  const toChange = fieldsToChange({ revision: put.revision, accept }, former, wanted);
  const edit = { classDateId: classDate.id, force: put.force, notify: put.notify };
  // A time that was sent as before does not undo one that was chosen here since. The class keeps what it was asked for.
  const moved = toChange.includes('schedule') ? { ...edit, ...schedule, localStart } : edit;
  const outboxIds: number[] = [];
  if (toChange.includes('state')) {
    outboxIds.push(...(await reopenClassIn(deps, moved, origin, transaction)).outboxIds);
  } else if (toChange.includes('schedule')) {
    refuseCancelled(classDate);
    outboxIds.push(...(await rescheduleClassIn(deps, moved, origin, transaction)).outboxIds);
  }
  await forgetRefusedEdit({ orderId: order.id, classDateId: classDate.id }, transaction);
  await classDate.reload({ transaction });
  const cancelled = wanted.state === 'cancelled' && sent?.state === 'cancelled';
  await classDate.update(sentColumns(put, schedule, cancelled), { transaction, silent: true });
  return { order, classDate, created: false, outboxIds };
}

function refuseCancelled({ state }: ClassDate): void {
  if (state !== 'cancelled') return;
  const message = 'This class is cancelled. Send reopen=true to have it take place after all.';
  throw new AppError(409, 'class_is_cancelled', message);
}

/** What the program has sent: that is what its next word is compared with. */
function sentColumns({ revision }: ClassDatePut, schedule: WallSchedule, cancelled: boolean) {
  const externalFields = JSON.stringify(classDateDigests(schedule, cancelled));
  return { externalFields, ...(revision === null ? {} : { externalRevision: revision }) };
}
