import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { VERDICTS } from '../domain/attendance';
import { CORRECTED_OUTCOMES } from '../domain/classStates';
import { FieldErrors, type FieldError } from '../errors';
import { AttendanceCorrection, type CorrectionKind } from '../models/AttendanceCorrection';
import { ClassDate } from '../models/ClassDate';
import { NOBODY, readAttendance, type AttendanceRecord } from '../queries/readAttendance';
import { concludeClass } from './concludeClass';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface AttendanceCorrectionInput {
  readonly classDateId: number;
  readonly kind: CorrectionKind;
  /** one of a stranger's keys, a person's key, or '' for the outcome */
  readonly subject: string;
  /** a person's key or `nobody`, a verdict, or an outcome */
  readonly value: string;
  readonly reason: string;
}

const REASON_MAX = 500;

/**
 * Puts a person's word beside what Zoom told: in place of their former word on the same matter, and as a new revision
 * where the class has been settled. Zoom's account stays as it is, so the correction can be taken back.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function correctAttendance(
  deps: Deps,
  input: AttendanceCorrectionInput,
  origin: AuditOrigin & { readonly userId: number },
): Promise<void> {
  const { classDateId, kind, subject, value } = input;
  const now = deps.clock.now();
  await inTransaction(deps.db, async (transaction) => {
    const classDate = await lockClassDate(classDateId, transaction);
    const record = await readAttendance(classDate, now, transaction);
    const problems = classDate.state === 'cancelled' ? [IS_CANCELLED] : problemsOf(input, record);
    if (problems.length > 0) throw new FieldErrors(problems);
    const former = { classDateId, kind, subject, endedAt: null };
    await AttendanceCorrection.update({ endedAt: now, endedBy: origin.userId }, { where: former, transaction });
    const reason = input.reason.trim();
    const said = { classDateId, kind, subject, value, reason, madeBy: origin.userId };
    const { id: correctionId } = await AttendanceCorrection.create(said, { transaction });
    const entity = { type: 'class_date', id: classDateId };
    const metadata = { kind, correctionId };
    await writeAudit(deps, origin, { action: 'attendance_corrected', entity, metadata }, transaction);
    await concludeAnew(deps, classDate, { cause: 'correction', now, origin }, transaction);
  });
}

/** @returns whether it counted until now */
export async function undoCorrection(
  deps: Deps,
  { classDateId, correctionId }: { classDateId: number; correctionId: number },
  origin: AuditOrigin & { readonly userId: number },
): Promise<boolean> {
  const now = deps.clock.now();
  return inTransaction(deps.db, async (transaction) => {
    const classDate = await lockClassDate(classDateId, transaction);
    const counts = { id: correctionId, classDateId, endedAt: null };
    const [undone] = await AttendanceCorrection.update(
      { endedAt: now, endedBy: origin.userId },
      { where: counts, transaction },
    );
    if (undone === 0) return false;
    const entity = { type: 'class_date', id: classDateId };
    const entry = { action: 'attendance_correction_undone', entity, metadata: { correctionId } } as const;
    await writeAudit(deps, origin, entry, transaction);
    await concludeAnew(deps, classDate, { cause: 'undone', now, origin }, transaction);
    return true;
  });
}

function lockClassDate(id: number, transaction: Transaction): Promise<ClassDate> {
  return ClassDate.findByPk(id, { transaction, lock: Transaction.LOCK.UPDATE, rejectOnEmpty: true });
}

/**
 * Until a class has been settled there is nothing to conclude anew: settling takes the corrections in. One that was missed is
 * never settled, and people may know better what became of it.
 */
async function concludeAnew(
  deps: Deps,
  classDate: ClassDate,
  why: Parameters<typeof concludeClass>[2],
  transaction: Transaction,
): Promise<void> {
  if (classDate.state !== 'settled' && classDate.state !== 'missed') return;
  const outcome = await concludeClass(deps, classDate, why, transaction);
  await classDate.update({ outcome, settledAt: classDate.settledAt ?? why.now }, { transaction });
}

const IS_CANCELLED: FieldError = {
  field: 'value',
  message: 'It was cancelled. Reopen it, if it takes place after all.',
};

function problemsOf(
  { kind, subject, value, reason }: AttendanceCorrectionInput,
  record: AttendanceRecord,
): FieldError[] {
  const problems: FieldError[] = [];
  const text = reason.trim();
  if (text === '') problems.push({ field: 'reason', message: 'Say why, for whoever asks later.' });
  if (text.length > REASON_MAX) problems.push({ field: 'reason', message: `Use at most ${REASON_MAX} characters.` });
  const { facts, strangers, taken } = record;
  const people = [facts.teacher, ...facts.students].map(({ personKey }) => personKey);
  if (kind === 'person') {
    if (![...strangers, ...taken].some(({ keys }) => keys.includes(subject)))
      problems.push({ field: 'subject', message: 'Choose one of the names that are listed.' });
    if (value !== NOBODY && !people.includes(value))
      problems.push({ field: 'value', message: 'Choose who it was, or that it was nobody of this class.' });
    return problems;
  }
  if (!facts.isOver) problems.push({ field: 'value', message: 'Wait until the class is over.' });
  const values: readonly string[] = kind === 'verdict' ? VERDICTS : CORRECTED_OUTCOMES;
  if (!values.includes(value)) problems.push({ field: 'value', message: 'Choose what is right.' });
  if (kind === 'verdict' && !people.includes(subject))
    problems.push({ field: 'subject', message: 'Choose somebody of this class.' });
  return problems;
}
