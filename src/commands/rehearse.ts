import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ASKED_OF_ZOOM, REHEARSED, type Finding } from '../domain/classRisks';
import { ClassDate } from '../models/ClassDate';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findRisks } from '../queries/findRisks';
import { askHost, type HostAnswer } from './askHost';
import { saveRisks } from './saveRisks';

/** The teacher is in the room, too. */
const HOST = 1;

/**
 * Looks, while there is still time, whether a class that is to come could fail: what is found is told once to whoever can
 * mend it, and what is mended is cleared. Zoom not answering is no finding: the rest is looked at, and Zoom is asked later.
 */
export async function rehearse(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId);
  if (!classDate) return;
  const people = HOST + (await ZoomSecureToken.count({ where: { classDateId, revokedAt: null } }));
  const answer = await askHost(deps, { teacherId: classDate.teacherId, people, now });
  const findings = await findRisks(deps.db, classDate, { host: answer.host, people, now });
  await inTransaction(deps.db, (transaction) => save(deps, classDate, { answer, findings, now }, transaction));
}

interface Rehearsed {
  readonly answer: HostAnswer;
  readonly findings: readonly Finding[];
  readonly now: Date;
}

async function save(
  deps: Deps,
  { id, version, rehearsalsForgotten }: ClassDate,
  { answer, findings, now }: Rehearsed,
  transaction: Transaction,
): Promise<void> {
  const lock = Transaction.LOCK.UPDATE;
  const classDate = await ClassDate.findByPk(id, { transaction, lock, rejectOnEmpty: true });
  // It, or what it rests on, was changed meanwhile: the next look rehearses it as it is now.
  if (classDate.version !== version || classDate.rehearsalsForgotten !== rehearsalsForgotten) return;
  const lookedFor = REHEARSED.filter((kind) => answer.host !== null || !ASKED_OF_ZOOM.includes(kind));
  await saveRisks(deps, classDate, { findings, lookedFor, now }, transaction);
  const { nextAttemptAt } = answer;
  await classDate.update(
    nextAttemptAt === null
      ? { rehearsedAt: now, rehearsedVersion: version, rehearseNotBefore: null }
      : { rehearseNotBefore: nextAttemptAt },
    { transaction },
  );
}
