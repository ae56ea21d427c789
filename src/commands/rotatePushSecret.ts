import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { NotFoundError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import { newPushSecret, pushSecretPlace } from '../push/secret';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** So long calls carry a signature of the former secret, too. */
export const OVERLAP_HOURS = 24;

interface Rotation {
  readonly id: number;
  /** the former secret is known to others: it signs nothing more */
  readonly atOnce?: boolean;
}

/**
 * Gives an endpoint a new signing secret. For a day both sign, so that its receiver can change over at leisure.
 *
 * @returns the new secret, which is shown this once
 */
export async function rotatePushSecret(
  deps: Deps,
  { id, atOnce = false }: Rotation,
  origin: AuditOrigin,
): Promise<string> {
  const secret = newPushSecret();
  await inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    const former = atOnce ? NO_FORMER : formerOf(deps, endpoint);
    const secretEncrypted = deps.encryption.encrypt(secret, pushSecretPlace(endpoint.randomKey, 'secret_encrypted'));
    await endpoint.update({ secretEncrypted, ...former }, { transaction });
    const entity = { type: 'push_endpoint', id };
    await writeAudit(deps, origin, { action: 'push_secret_rotated', entity, metadata: { atOnce } }, transaction);
  });
  return secret;
}

const NO_FORMER = { previousSecretEncrypted: null, previousSecretUntil: null };

/** A text belongs to its column, so it is encrypted anew. */
function formerOf({ encryption, clock }: Deps, { randomKey, secretEncrypted }: PushEndpoint) {
  const secret = encryption.decrypt(secretEncrypted, pushSecretPlace(randomKey, 'secret_encrypted'));
  return {
    previousSecretEncrypted: encryption.encrypt(secret, pushSecretPlace(randomKey, 'previous_secret_encrypted')),
    previousSecretUntil: addMinutes(clock.now(), OVERLAP_HOURS * 60),
  };
}
