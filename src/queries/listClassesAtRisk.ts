import { literal, Op } from 'sequelize';
import { worstFirst } from '../domain/classRisks';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { findClassRisks, type RiskRow } from './findClassRisks';
import { readyOr } from './inStates';
import { withNames, type ClassRow } from './listClassDates';

export interface ClassAtRisk extends ClassRow {
  readonly risks: readonly RiskRow[];
}

const AHEAD_MINUTES = 48 * 60;
const LIMIT = 100;
const HAS_RISK = literal('EXISTS (SELECT 1 FROM class_risks r WHERE r.class_date_id = ClassDate.id AND r.is_open = 1)');
/** It should have begun, and still waits for its host. */
const IS_HELD_UP = literal(
  "EXISTS (SELECT 1 FROM class_risks r WHERE r.class_date_id = ClassDate.id AND r.is_open = 1 AND r.kind = 'overrun')",
);

/** The classes of the next 48 hours that something is wrong with, the worst first; one that is held up until it begins. */
export async function listClassesAtRisk(now: Date, teacherId?: number): Promise<ClassAtRisk[]> {
  const classDates = await ClassDate.findAll({
    where: { [Op.and]: [atRisk(now), teacherId === undefined ? {} : { teacherId }, HAS_RISK] },
    order: ['startsAt', 'id'],
    limit: LIMIT,
  });
  const found: ClassAtRisk[] = [];
  for (const row of await withNames(classDates)) {
    found.push({ ...row, risks: await findClassRisks(row.classDate, now) });
  }
  return found.sort(byWorst);
}

export function countClassesAtRisk(now: Date): Promise<number> {
  return ClassDate.count({ where: { [Op.and]: [atRisk(now), HAS_RISK] } });
}

function atRisk(now: Date) {
  return {
    [Op.and]: [readyOr('scheduled', 'preparing'), { [Op.or]: [{ startsAt: { [Op.gt]: now } }, IS_HELD_UP] }],
    startsAt: { [Op.lt]: addMinutes(now, AHEAD_MINUTES) },
  };
}

/** Sorting keeps the order of those that are equally bad, which is that of their starts. */
function byWorst({ risks: [one] }: ClassAtRisk, { risks: [other] }: ClassAtRisk): number {
  return one && other ? worstFirst(one.risk, other.risk) : 0;
}
