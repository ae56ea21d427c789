import { Op } from 'sequelize';
import { afterEdit, type ClassEditKind } from '../domain/classEdits';
import { whoMustHear } from '../domain/told';
import type { ClassDate } from '../models/ClassDate';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { byRecipient, readLedger } from './readLedger';

/** Whom an edit of a class date is news for, by their keys in the ledger. */
export async function findHearers(classDate: ClassDate, kind: ClassEditKind): Promise<string[]> {
  const [ledger, withdrawn] = await Promise.all([readLedger(classDate.id), withdrawnPasses(classDate.id)]);
  // Mails to people whose pass was withdrawn are not sent.
  const groups = byRecipient(ledger.filter(({ passId }) => passId === null || !withdrawn.has(passId)));
  const hearing = whoMustHear(groups, afterEdit(kind, classDate));
  // Whoever gives it away is told, though they may never have had a mail about it.
  const former = kind === 'teacher' ? [`user:${classDate.teacherId}`] : [];
  return [...new Set([...hearing, ...former])];
}

async function withdrawnPasses(classDateId: number): Promise<Set<number>> {
  const where = { classDateId, revokedAt: { [Op.ne]: null } };
  const passes = await ZoomSecureToken.findAll({ where, attributes: ['id'], raw: true });
  return new Set(passes.map(({ id }) => id));
}
