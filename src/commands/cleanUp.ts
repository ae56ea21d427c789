import { QueryTypes } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { OVER_STATES } from '../domain/classStates';
import { deleteOldAccountLinks, OLD_ACCOUNT_LINKS } from './deleteOldAccountLinks';
import { deleteOldEvents, OLD_EVENTS } from './deleteOldEvents';
import { forgetAuditTraces, OLD_AUDIT_TRACES } from './forgetAuditTraces';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/** How much was cleared away, or would be. */
export interface Cleanup {
  /** passes that lost address, browser, claim and their own way into a meeting that is gone */
  readonly passes: number;
  readonly sessions: number;
  /** counts of failures that no longer limit anybody */
  readonly limits: number;
  /** mails that lost what their server said of them */
  readonly mailErrors: number;
  /** addresses that were refused long ago: people come and go, and mailboxes with them */
  readonly bounces: number;
  /** links to choose a password by, with the mails about them */
  readonly accountLinks: number;
  /** what was pushed to endpoints, or given up */
  readonly pushes: number;
  /** of the feed */
  readonly events: number;
  /** rows of the audit log that no longer tell from which address and browser */
  readonly auditTraces: number;
}

interface How {
  readonly dryRun?: boolean;
  /** Called after each batch. */
  readonly onProgress?: (soFar: Cleanup) => void;
  /** Stops between two batches; what is left is for the next time. */
  readonly signal?: AbortSignal;
}

/** Small statements, so that nobody at a door waits for their locks. */
const AT_ONCE = 500;
const DAY_MINUTES = 24 * 60;

type CleanupDeps = Pick<Deps, 'db' | 'clock' | 'config' | 'signingKeys' | 'logger'>;

/**
 * Clears away what is no longer needed: of passes whose class is long over, who opened them and from where; sessions and
 * limits that have run out; what mail servers said; links to choose a password by that are over, with their mails; old
 * events of the feed, and what was pushed; in the audit log, from where something was done. No pass is deleted:
 * attendance, mails and the audit log point at it, and its link goes on telling its holder that the class is over. A link
 * of a class that is to come, runs, or is being settled is not touched, whatever its age. May be stopped and repeated at
 * any time.
 */
export async function cleanUp(deps: CleanupDeps, how: How = {}): Promise<Cleanup> {
  const done = {
    passes: 0,
    sessions: 0,
    limits: 0,
    mailErrors: 0,
    bounces: 0,
    accountLinks: 0,
    pushes: 0,
    events: 0,
    auditTraces: 0,
  };
  const parts = partsOf(deps);
  if (how.dryRun) return countAll(deps, parts, done);
  for (const part of parts) {
    for (;;) {
      if (how.signal?.aborted) break;
      const count = await part.clear();
      done[part.name] += count;
      how.onProgress?.({ ...done });
      if (count < AT_ONCE) break;
    }
  }
  deps.logger.info({ ...done }, 'cleaned up');
  await writeAudit(deps, THE_SYSTEM, { action: 'cleaned_up', metadata: { ...done } }, null);
  return done;
}

async function countAll({ db }: CleanupDeps, parts: readonly Part[], counts: Record<keyof Cleanup, number>) {
  for (const { name, from, values } of parts) {
    const [row] = await db.query<{ count: number }>(`SELECT COUNT(*) AS count FROM ${from}`, {
      type: QueryTypes.SELECT,
      replacements: values,
    });
    counts[name] = row?.count ?? 0;
  }
  return counts;
}

interface Part {
  readonly name: keyof Cleanup;
  /** which rows it is about, as they stand after FROM */
  readonly from: string;
  readonly values: Readonly<Record<string, string | number | readonly string[]>>;
  /** @returns how many rows of one batch were cleared */
  readonly clear: () => Promise<number>;
}

function partsOf(deps: CleanupDeps): Part[] {
  const now = deps.clock.now();
  const { passTracesDays, mailErrorsDays, accountLinksDays, eventsDays, auditTracesDays } = deps.config.retention;
  const before = (days: number) => sqlInstant(addMinutes(now, -days * DAY_MINUTES));
  const over = { before: before(passTracesDays), over: OVER_STATES };
  const links = { before: before(accountLinksDays) };
  const audits = { before: before(auditTracesDays) };
  const expired = { now: sqlInstant(now), nowMs: now.getTime() };
  return [
    { name: 'passes', from: OLD_PASSES, values: over, clear: () => clearPasses(deps, over) },
    {
      name: 'sessions',
      from: 'sessions WHERE expires_at < :now',
      values: expired,
      clear: remove(deps, 'sessions', 'expires_at < :now', expired),
    },
    {
      name: 'limits',
      from: 'rate_limits WHERE expire < :nowMs',
      values: expired,
      clear: remove(deps, 'rate_limits', 'expire < :nowMs', expired),
    },
    ...partsOfMails(deps, { before: before(mailErrorsDays) }),
    {
      name: 'accountLinks',
      from: OLD_ACCOUNT_LINKS,
      values: links,
      clear: () => deleteOldAccountLinks(deps, links.before, AT_ONCE),
    },
    ...partsOfEvents(deps, { before: before(eventsDays) }),
    {
      name: 'auditTraces',
      from: OLD_AUDIT_TRACES,
      values: audits,
      clear: () => forgetAuditTraces(deps, audits.before, AT_ONCE),
    },
  ];
}

function partsOfMails(deps: CleanupDeps, values: { readonly before: string }): Part[] {
  return [
    {
      name: 'mailErrors',
      from: 'mail_deliveries WHERE last_error IS NOT NULL AND updated_at < :before',
      values,
      clear: () => clearMailErrors(deps, values),
    },
    {
      name: 'bounces',
      from: 'bounced_addresses WHERE bounced_at < :before',
      values,
      clear: remove(deps, 'bounced_addresses', 'bounced_at < :before', values),
    },
  ];
}

function partsOfEvents(deps: CleanupDeps, values: { readonly before: string }): Part[] {
  return [
    {
      name: 'pushes',
      from: `push_deliveries WHERE ${OLD_PUSHES}`,
      values,
      clear: remove(deps, 'push_deliveries', OLD_PUSHES, values),
    },
    { name: 'events', from: OLD_EVENTS, values, clear: () => deleteOldEvents(deps, values.before, AT_ONCE) },
  ];
}

/** Deletes one batch. */
function remove({ db }: CleanupDeps, table: string, where: string, values: Part['values']): Part['clear'] {
  const options = { type: QueryTypes.BULKDELETE, replacements: values } as const;
  return () => db.query(`DELETE FROM ${table} WHERE ${where} LIMIT ${AT_ONCE}`, options);
}

const OLD_PUSHES = `state IN ('delivered', 'failed') AND updated_at < :before`;

const OLD_PASSES = `zoom_secure_tokens p JOIN class_dates c ON c.id = p.class_date_id
   WHERE c.state IN (:over) AND TIMESTAMPADD(MINUTE, c.duration_minutes, c.starts_at) < :before
     AND (p.ip_address IS NOT NULL OR p.user_agent IS NOT NULL OR p.holder_hash IS NOT NULL
       OR p.personal_url_encrypted IS NOT NULL)`;

async function clearPasses({ db }: CleanupDeps, values: Part['values']): Promise<number> {
  return inTransaction(db, async (transaction) => {
    const found = await db.query<{ id: number }>(`SELECT p.id FROM ${OLD_PASSES} ORDER BY p.id LIMIT ${AT_ONCE}`, {
      type: QueryTypes.SELECT,
      replacements: values,
      transaction,
    });
    if (found.length === 0) return 0;
    const ids = found.map(({ id }) => id);
    // The class is looked at once more, in case it was reopened just now.
    await db.query(
      `UPDATE zoom_secure_tokens p JOIN class_dates c ON c.id = p.class_date_id
          SET p.ip_address = NULL, p.user_agent = NULL, p.holder_hash = NULL, p.personal_url_encrypted = NULL,
              p.link_meeting_id = NULL
        WHERE p.id IN (:ids) AND c.state IN (:over)`,
      { type: QueryTypes.UPDATE, replacements: { ...values, ids }, transaction },
    );
    await db.query('DELETE FROM pass_former_holders WHERE pass_id IN (:ids)', {
      type: QueryTypes.BULKDELETE,
      replacements: { ids },
      transaction,
    });
    return ids.length;
  });
}

async function clearMailErrors({ db }: CleanupDeps, values: Part['values']): Promise<number> {
  const [, count] = await db.query(
    `UPDATE mail_deliveries SET last_error = NULL
      WHERE last_error IS NOT NULL AND updated_at < :before LIMIT ${AT_ONCE}`,
    { type: QueryTypes.UPDATE, replacements: values },
  );
  return count;
}
