import { randomBytes } from 'node:crypto';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { PushEndpoint } from '../models/PushEndpoint';
import { newPushSecret, pushSecretPlace } from '../push/secret';
import { checkPushEndpoint, type NewPushEndpoint } from './checkPushEndpoint';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface CreatedPushEndpoint {
  readonly endpoint: PushEndpoint;
  /** shown once; the receiver proves with it that what comes is ours */
  readonly secret: string;
}

/**
 * Has what becomes of a customer's classes pushed to an address from now on.
 *
 * @throws FieldErrors; nothing has been saved then
 */
export async function createPushEndpoint(
  deps: Deps,
  input: NewPushEndpoint,
  origin: AuditOrigin,
): Promise<CreatedPushEndpoint> {
  const { customer, url, types } = await checkPushEndpoint(deps, input);
  const secret = newPushSecret();
  const randomKey = randomBytes(16).toString('hex');
  const secretEncrypted = deps.encryption.encrypt(secret, pushSecretPlace(randomKey, 'secret_encrypted'));
  const endpoint = await inTransaction(deps.db, async (transaction) => {
    const row = { randomKey, customer, url, types: types.join(','), secretEncrypted, state: 'on' } as const;
    const created = await PushEndpoint.create(row, { transaction });
    const entity = { type: 'push_endpoint', id: created.id };
    const metadata = { customer, types: created.types };
    await writeAudit(deps, origin, { action: 'push_endpoint_created', entity, metadata }, transaction);
    return created;
  });
  return { endpoint, secret };
}
