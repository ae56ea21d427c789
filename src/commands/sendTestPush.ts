import { randomBytes } from 'node:crypto';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { PushOutcome } from '../domain/pushes';
import { NotFoundError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { callPushEndpoint } from './callPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What a test is called; it tells of nothing. */
export const TEST_EVENT = 'endpoint.test';

/**
 * Sends an endpoint a signed event that tells of nothing, also one that is off. One that takes it has its backlog sent at
 * once.
 *
 * @param name of the event; the same one says to the receiver that it is the same test
 */
export async function sendTestPush(
  deps: Deps,
  id: number,
  origin: AuditOrigin,
  name = `test_${randomBytes(12).toString('hex')}`,
): Promise<PushOutcome> {
  const endpoint = await PushEndpoint.findByPk(id);
  if (!endpoint) throw new NotFoundError('There is no such endpoint.');
  const content = { type: TEST_EVENT, timestamp: deps.clock.now().toISOString(), data: {} };
  const outcome = await callPushEndpoint(deps, endpoint, { id: name, content });
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    const entity = { type: 'push_endpoint', id };
    const metadata = { ok: outcome.ok, status: outcome.status, failure: outcome.ok ? null : outcome.failure };
    await writeAudit(deps, origin, { action: 'push_tested', entity, metadata }, transaction);
    if (!outcome.ok) return null;
    const where = { id, state: 'on' } as const;
    const [woken] = await PushEndpoint.update({ pausedUntil: null, askedUntil: null }, { where, transaction });
    return woken > 0 ? addToOutbox({ pushEndpointId: id }, 'endpoint well', transaction) : null;
  });
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
  return outcome;
}
