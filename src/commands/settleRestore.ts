import { Op, QueryTypes, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { nextRefreshAt } from '../domain/refreshTimes';
import { AccountLink } from '../models/AccountLink';
import { MailDelivery } from '../models/MailDelivery';
import { Session } from '../models/Session';
import { ZoomConnection } from '../models/ZoomConnection';
import { findClassSpans } from '../queries/findClassSpans';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/** What a backup that has been put back does not know, as far as it can be told from it. */
export interface RestoreReport {
  /** the last thing that it knows of; null where it knows of nothing */
  readonly knownUntil: Date | null;
  readonly sessionsEnded: number;
  /** whose links to choose a password by were withdrawn: the ones who are to be invited again, or ask again */
  readonly linksWithdrawnOf: readonly number[];
  /** whose Zoom tokens were to be renewed since: if they were, Zoom takes the ones that we have no more */
  readonly teachersInDoubt: readonly number[];
  /** mails that were on their way then, and may have been sent since: they go out, perhaps once more */
  readonly mailsInDoubt: readonly number[];
}

/**
 * Makes a database that has been put back from a backup fit to be worked with, while web and worker are stopped: what may
 * have been ended, used or withdrawn since the backup, and would be good again by it, is ended.
 */
export async function settleRestore(
  deps: Pick<Deps, 'db' | 'clock' | 'signingKeys'>,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<RestoreReport> {
  const now = deps.clock.now();
  const teachersInDoubt = await findTeachersInDoubt(now);
  return inTransaction(deps.db, async (transaction) => {
    const knownUntil = await lastThingKnown(deps, transaction);
    const mails = await MailDelivery.findAll({
      attributes: ['id'],
      where: { state: ['queued', 'sending', 'data_sent'], usefulUntil: { [Op.gt]: now } },
      order: ['id'],
      transaction,
    });
    const open = { usedAt: null, withdrawnAt: null };
    const links = await AccountLink.findAll({
      attributes: ['userId'],
      where: { ...open, expiresAt: { [Op.gt]: now } },
      order: ['userId'],
      transaction,
    });
    const report = {
      knownUntil,
      sessionsEnded: await Session.count({ transaction }),
      linksWithdrawnOf: [...new Set(links.map(({ userId }) => userId))],
      teachersInDoubt,
      mailsInDoubt: mails.map(({ id }) => id),
    };
    if (dryRun) return report;
    await Session.destroy({ where: {}, transaction });
    await AccountLink.update({ withdrawnAt: now }, { where: open, transaction });
    await writeAudit(deps, THE_SYSTEM, { action: 'backup_put_back' }, transaction);
    return report;
  });
}

async function lastThingKnown({ db }: Pick<Deps, 'db'>, transaction: Transaction): Promise<Date | null> {
  const [row] = await db.query<{ at: Date | null }>('SELECT MAX(created_at) AS at FROM zoom_audit_logs', {
    type: QueryTypes.SELECT,
    transaction,
  });
  return row?.at ?? null;
}

/** Their tokens were due to be renewed after the last time that the backup knows of. */
async function findTeachersInDoubt(now: Date): Promise<number[]> {
  const connections = await ZoomConnection.findAll({ where: { state: 'connected' }, order: ['userId'] });
  const inDoubt: number[] = [];
  for (const { userId, refreshedAt, tokenExpiresAt } of connections) {
    if (refreshedAt === null || tokenExpiresAt === null) continue;
    const classes = await findClassSpans(userId, refreshedAt);
    if (nextRefreshAt({ refreshedAt, tokenExpiresAt, classes }, refreshedAt) <= now) inDoubt.push(userId);
  }
  return inDoubt;
}
