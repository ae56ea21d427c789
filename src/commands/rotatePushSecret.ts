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
  /** what a program calls it: asking for the latest by its name makes no other */
  readonly name?: string;
}

export interface PushSecret {
  readonly secret: string;
  /** false: it was made when it was asked for before */
  readonly created: boolean;
  /** null: the former one signs nothing */
  readonly formerUntil: Date | null;
}

/**
 * Gives an endpoint a new signing secret. For a day both sign, so that its receiver can change over at leisure.
 *
 * The secret is shown this once, but for a program that has called it something.
 */
export async function rotatePushSecret(
  deps: Deps,
  { id, atOnce = false, name }: Rotation,
  origin: AuditOrigin,
): Promise<PushSecret> {
  return inTransaction(deps.db, async (transaction) => {
    const endpoint = await PushEndpoint.findByPk(id, { lock: true, transaction });
    if (!endpoint) throw new NotFoundError('There is no such endpoint.');
    const created = name === undefined || name !== endpoint.secretName;
    const secret = created ? newPushSecret() : currentOf(deps, endpoint);
    const former = atOnce ? NO_FORMER : created ? formerOf(deps, endpoint) : {};
    if (created || (atOnce && endpoint.previousSecretEncrypted !== null)) {
      const secretEncrypted = deps.encryption.encrypt(secret, pushSecretPlace(endpoint.randomKey, 'secret_encrypted'));
      await endpoint.update({ secretEncrypted, secretName: name ?? null, ...former }, { transaction });
      const entity = { type: 'push_endpoint', id };
      await writeAudit(deps, origin, { action: 'push_secret_rotated', entity, metadata: { atOnce } }, transaction);
    }
    return { secret, created, formerUntil: endpoint.previousSecretUntil };
  });
}

const NO_FORMER = { previousSecretEncrypted: null, previousSecretUntil: null };

function currentOf({ encryption }: Deps, { randomKey, secretEncrypted }: PushEndpoint): string {
  return encryption.decrypt(secretEncrypted, pushSecretPlace(randomKey, 'secret_encrypted'));
}

/** A text belongs to its column, so it is encrypted anew. */
function formerOf(deps: Deps, endpoint: PushEndpoint) {
  const { encryption, clock } = deps;
  const { randomKey } = endpoint;
  const secret = currentOf(deps, endpoint);
  return {
    previousSecretEncrypted: encryption.encrypt(secret, pushSecretPlace(randomKey, 'previous_secret_encrypted')),
    previousSecretUntil: addMinutes(clock.now(), OVERLAP_HOURS * 60),
  };
}
