import { worstFirst } from '../domain/classRisks';
import type { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { findHostClashes, type HostClash } from './findHostClashes';

/** A risk that is open, and what it takes to say it in words. */
export interface RiskRow {
  readonly risk: ClassRisk;
  /** of a clash: with what */
  readonly clashes: readonly HostClash[];
}

/** What is wrong with a class now, the worst first. */
export async function findClassRisks(classDate: ClassDate, now: Date): Promise<RiskRow[]> {
  const risks = await ClassRisk.findAll({ where: { classDateId: classDate.id, isOpen: true } });
  const hasClash = risks.some(({ kind }) => kind === 'clash');
  const [clashes = []] = hasClash ? await findHostClashes([classDate], now) : [];
  const overlaps = clashes.filter(({ kind }) => kind === 'overlap');
  return risks.sort(worstFirst).map((risk) => ({ risk, clashes: risk.kind === 'clash' ? overlaps : [] }));
}

/** The same of many classes, by class date, without the words of clashes. */
export async function findOpenRisks(classDateIds: readonly number[]): Promise<Map<number, ClassRisk[]>> {
  const risks = await ClassRisk.findAll({ where: { classDateId: [...classDateIds], isOpen: true } });
  const byClass = new Map<number, ClassRisk[]>();
  for (const risk of risks.sort(worstFirst)) {
    byClass.set(risk.classDateId, [...(byClass.get(risk.classDateId) ?? []), risk]);
  }
  return byClass;
}
