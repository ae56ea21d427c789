import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { PushEndpoint } from '../models/PushEndpoint';
import { newPushSecret, pushSecretPlace } from '../push/secret';
import { checkPushEndpoint, type CheckedPushEndpoint, type NewPushEndpoint } from './checkPushEndpoint';
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
  const checked = await checkPushEndpoint(deps, input);
  return inTransaction(deps.db, (transaction) => createPushEndpointIn(deps, checked, origin, transaction));
}

type NewRow = CheckedPushEndpoint & Partial<Pick<PushEndpoint, 'externalId' | 'externalRevision' | 'externalFields'>>;

/** The same within a commit. */
export async function createPushEndpointIn(
  deps: Deps,
  { customer, url, types, externalId = null, externalRevision = null, externalFields = null }: NewRow,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<CreatedPushEndpoint> {
  const secret = newPushSecret();
  const randomKey = randomBytes(16).toString('hex');
  const secretEncrypted = deps.encryption.encrypt(secret, pushSecretPlace(randomKey, 'secret_encrypted'));
  const external = { externalId, externalRevision, externalFields };
  const row = { randomKey, customer, url, types: types.join(','), secretEncrypted, state: 'on', ...external } as const;
  const endpoint = await PushEndpoint.create(row, { transaction });
  const entity = { type: 'push_endpoint', id: endpoint.id };
  const metadata = { customer, types: endpoint.types };
  await writeAudit(deps, origin, { action: 'push_endpoint_created', entity, metadata }, transaction);
  return { endpoint, secret };
}
