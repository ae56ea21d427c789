import { Op, Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes, later } from '../domain/clock';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import { concludeClass } from './concludeClass';
import { noteHeld } from './noteHeld';
import { noteStateChange } from './noteOutcome';
import { reconcileWithZoom } from './reconcileWithZoom';
import { THE_SYSTEM } from './writeAudit';

/** After this long without a finished account from Zoom a class is settled from what there is, and says so. */
const GIVE_UP_AFTER_MINUTES = 6 * 60;

/** Concludes who was there, from webhooks and Zoom's own list; on later evidence once more, as a new revision. */
export async function settleClass(deps: Deps, { classDateId, now }: { classDateId: number; now: Date }): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  const again = await reconcileWithZoom(deps, classDateId, now);
  const learntAt = later(classDate.closedAt ?? now, classDate.evidenceAt);
  const givenUp = now > addMinutes(learntAt, GIVE_UP_AFTER_MINUTES);
  const nextAttemptAt = givenUp ? null : (again?.at ?? null);
  if (nextAttemptAt === null || again?.settlesFirst === true) {
    await settle(deps, classDate, now, nextAttemptAt);
    return;
  }
  // It may have been reopened meanwhile; then there is nothing to be asked again.
  const where = { id: classDateId, closedAt: { [Op.ne]: null } };
  await ClassDate.update({ nextAttemptAt }, { where });
}

/**
 * @param asRead as it was before Zoom was asked: what was learnt since may be a reason to ask again
 * @param nextAttemptAt when Zoom is asked once more, though there is enough to settle by
 */
async function settle(deps: Deps, asRead: ClassDate, now: Date, nextAttemptAt: Date | null): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(asRead.id, { transaction, lock, rejectOnEmpty: true });
    // While Zoom was asked it was reopened: what is to come cannot be settled.
    if (classDate.closedAt === null) return;
    await noteHeld(classDate, transaction);
    const former = classDate.state;
    const cause = former === 'settled' ? 'late_evidence' : 'settled';
    const outcome = await concludeClass(deps, classDate, { cause, now, origin: THE_SYSTEM }, transaction);
    const state = nextClassState(former, 'settled');
    // All that was learnt before is in it, also what a web process learnt whose clock is ahead of ours.
    const settledAt = later(now, asRead.evidenceAt);
    const learntSince = classDate.evidenceAt !== null && classDate.evidenceAt > settledAt;
    const looksAgainAt = learntSince ? null : nextAttemptAt;
    await classDate.update({ state, outcome, settledAt, nextAttemptAt: looksAgainAt }, { transaction });
    await noteStateChange(classDate, former, transaction);
  });
}
