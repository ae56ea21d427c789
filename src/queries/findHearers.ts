import { Op } from 'sequelize';
import { afterEdit, type ClassEditKind } from '../domain/classEdits';
import { whoMustHear } from '../domain/told';
import type { ClassDate } from '../models/ClassDate';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { byRecipient, readLedgers } from './readLedger';

/** Whom an edit of these class dates is news for, by their keys in the ledger. */
export async function findHearers(classDates: readonly ClassDate[], kind: ClassEditKind): Promise<string[]> {
  const ids = classDates.map(({ id }) => id);
  const [ledgers, withdrawn] = await Promise.all([readLedgers(ids), withdrawnPasses(ids)]);
  const hearing = classDates.flatMap((classDate) => {
    const ledger = ledgers.get(classDate.id) ?? [];
    // Mails to people whose pass was withdrawn are not sent.
    const groups = byRecipient(ledger.filter(({ passId }) => passId === null || !withdrawn.has(passId)));
    // Whoever gives it away is told, though they may never have had a mail about it.
    const former = kind === 'teacher' ? [`user:${classDate.teacherId}`] : [];
    return [...whoMustHear(groups, afterEdit(kind, classDate)), ...former];
  });
  return [...new Set(hearing)];
}

async function withdrawnPasses(classDateIds: readonly number[]): Promise<Set<number>> {
  const where = { classDateId: [...classDateIds], revokedAt: { [Op.ne]: null } };
  const passes = await ZoomSecureToken.findAll({ where, attributes: ['id'], raw: true });
  return new Set(passes.map(({ id }) => id));
}
