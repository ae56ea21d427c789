import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { ClassFacts } from '../domain/classPlan';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import { incidentKey, reportTrouble } from './openIncident';
import { setRisk } from './setRisk';

/**
 * Marks a class that cannot open because its teacher's Zoom is not connected, and sees to it that people are told, once
 * a teacher; takes the mark back when it is mended.
 */
export async function markRisk(
  deps: Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>,
  classDateId: number,
  { teacherId, state, stateReason, teacherConnected }: ClassFacts,
  atRisk: boolean,
): Promise<void> {
  const stateIs = { id: classDateId, state };
  if (atRisk) {
    if (stateReason === null) {
      const where = { ...stateIs, stateReason: null };
      await inTransaction(deps.db, (transaction) => setRisk(where, 'teacher_not_connected', transaction));
    }
    const trouble = { cause: 'teacher_connection', userId: teacherId } as const;
    const isOpen = await Incident.count({ where: { openKey: incidentKey(trouble), closedAt: null } });
    if (isOpen === 0) await reportTrouble(deps, trouble);
  } else if (teacherConnected && state === 'scheduled' && stateReason === 'teacher_not_connected') {
    await ClassDate.update({ stateReason: null }, { where: { ...stateIs, stateReason } });
  }
}
