import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { concludeAttendance, type Conclusion, type PersonFigures } from '../domain/attendance';
import type { ClassOutcome } from '../domain/classStates';
import { AttendanceRevision, type RevisionCause } from '../models/AttendanceRevision';
import { ClassAttendance } from '../models/ClassAttendance';
import type { ClassDate } from '../models/ClassDate';
import { readAttendance } from '../queries/readAttendance';
import { personKey } from '../security/joinPass';
import { noteOutcome } from './noteOutcome';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Concludes who was there from what is known now, as a new revision; never over a former one, and none that says the
 * same as the last: a name less that nobody was found for is none, where it changes nobody's figures. What was settled of a
 * time that the class had before does not count as the last.
 *
 * @param classDate locked
 */
export async function concludeClass(
  deps: Pick<Deps, 'signingKeys'>,
  classDate: ClassDate,
  { cause, now, origin }: { cause: RevisionCause; now: Date; origin: AuditOrigin },
  transaction: Transaction,
): Promise<ClassOutcome> {
  const { id: classDateId } = classDate;
  const { facts, passes } = await readAttendance(classDate, now, transaction);
  const conclusion = concludeAttendance(facts);
  const { outcome } = conclusion;
  const strangers = conclusion.strangers.length;
  const passIds = new Map(passes.map((pass) => [personKey(pass) as string, pass.id]));
  const rows = rowsOf(conclusion).map((row) => ({ ...row, passId: passIds.get(row.personKey) ?? null }));
  const last = await lastRevision(classDateId, transaction);
  const settled = classDate.settledAt === null ? null : last;
  if (settled?.outcome === outcome && (await saysTheSame(settled, rows, transaction))) {
    await settled.update({ strangers }, { transaction });
    return outcome;
  }
  const revision = (last?.revision ?? 0) + 1;
  const madeBy = origin.userId;
  await AttendanceRevision.create({ classDateId, revision, cause, outcome, strangers, madeBy }, { transaction });
  await ClassAttendance.bulkCreate(
    rows.map((row) => ({ ...row, classDateId, revision })),
    { transaction },
  );
  const entity = { type: 'class_date', id: classDateId };
  if (cause !== 'settled') await noteOutcome(classDate, 'attendance.revised', transaction, { outcome, revision });
  const metadata = { outcome, revision, cause };
  await writeAudit(deps, origin, { action: 'class_settled', entity, metadata }, transaction);
  return outcome;
}

function rowsOf({ teacher, students }: Conclusion) {
  return [teacher, ...students].map(({ doubts, ...figures }: PersonFigures) => ({
    ...figures,
    doubts: doubts.join(' '),
  }));
}

type Row = ReturnType<typeof rowsOf>[number];

function lastRevision(classDateId: number, transaction: Transaction): Promise<AttendanceRevision | null> {
  return AttendanceRevision.findOne({ where: { classDateId }, order: [['revision', 'DESC']], transaction });
}

async function saysTheSame(
  { classDateId, revision }: AttendanceRevision,
  rows: readonly Row[],
  transaction: Transaction,
): Promise<boolean> {
  const former = await ClassAttendance.findAll({ where: { classDateId, revision }, order: ['id'], transaction });
  const words = (some: readonly Row[]) => JSON.stringify(some.map((row) => COMPARED.map((column) => row[column])));
  return words(former) === words(rows);
}

const COMPARED = [
  'personKey',
  'verdict',
  'corrected',
  'presentSeconds',
  'inClassSeconds',
  'overlapSeconds',
  'firstJoinAt',
  'lastLeaveAt',
  'sources',
  'doubts',
] as const;
