import { Op } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { WebhookEvent } from '../models/WebhookEvent';
import { replayable, type ReplaySelection } from '../queries/findReplayable';
import { interpretWebhookEvent } from './interpretWebhookEvent';
import { writeAudit, type AuditEntry, type AuditOrigin } from './writeAudit';

/** So many are locked, and changed, at a time: a span may be all that is kept. */
const BATCH = 1_000;

/**
 * Puts stored events back to where they were when they had just arrived; the relay reads them again once it has read what
 * is new. The rows they lead to follow from what was told, not from how often, so nothing counts twice.
 *
 * @returns the events' ids, in the order in which they came
 */
export async function replayWebhooks(deps: Deps, selection: ReplaySelection, origin: AuditOrigin): Promise<number[]> {
  const ids: number[] = [];
  for (;;) {
    const some = await replayBatch(deps, selection, origin, ids.at(-1) ?? 0);
    ids.push(...some);
    if (some.length < BATCH) return ids;
  }
}

/** Each batch is a commit with its audit row; that there was nothing to do is noted, too. */
function replayBatch(deps: Deps, selection: ReplaySelection, origin: AuditOrigin, after: number): Promise<number[]> {
  return inTransaction(deps.db, async (transaction) => {
    const where = { [Op.and]: [await replayable(selection, transaction), { id: { [Op.gt]: after } }] };
    const found = { where, attributes: ['id'], order: ['id'], limit: BATCH, raw: true, transaction, lock: true };
    const ids = (await WebhookEvent.findAll(found)).map(({ id }) => id);
    const lease = { leaseHolder: null, leaseUntil: null };
    const asNew = { state: 'received', attempts: 0, replayed: true, ...lease, lastError: null } as const;
    await WebhookEvent.update(asNew, { where: { id: ids }, transaction });
    if (ids.length > 0 || after === 0) await writeAudit(deps, origin, auditEntry(selection, ids.length), transaction);
    return ids;
  });
}

export interface ReplayOutcome {
  readonly events: number;
  readonly processed: number;
  /** not about a meeting of ours */
  readonly unmatched: number;
  /** parked: cannot be understood */
  readonly failed: number;
  /** went wrong this time, or another process is at work on it; tried again by the relay */
  readonly waiting: number;
}

/** The same, and waits for what becomes of them. */
export async function replayWebhooksNow(
  deps: Deps,
  selection: ReplaySelection,
  origin: AuditOrigin,
): Promise<ReplayOutcome> {
  const ids = await replayWebhooks(deps, selection, origin);
  const states: WebhookEvent['state'][] = [];
  for (const id of ids) {
    await interpretWebhookEvent(deps, id);
    const row = await WebhookEvent.findByPk(id, { attributes: ['state'] });
    states.push(row?.state ?? 'unmatched');
  }
  const count = (wanted: WebhookEvent['state']) => states.filter((state) => state === wanted).length;
  return {
    events: ids.length,
    processed: count('processed'),
    unmatched: count('unmatched'),
    failed: count('failed'),
    waiting: count('received'),
  };
}

function auditEntry(selection: ReplaySelection, events: number): AuditEntry {
  const action = 'webhook_replayed';
  switch (selection.kind) {
    case 'event':
      return { action, entity: { type: 'webhook_event', id: selection.id }, metadata: { events } };
    case 'class':
      return { action, entity: { type: 'class_date', id: selection.classDateId }, metadata: { events } };
    case 'span': {
      const [from, to] = [selection.from.toISOString(), selection.to.toISOString()];
      return { action, metadata: { events, from, to } };
    }
  }
}
