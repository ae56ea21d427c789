import type { Deps } from '../deps';
import type { PushEndpoint } from '../models/PushEndpoint';
import { pushSecretPlace } from '../push/secret';

/**
 * What an endpoint's calls are signed with: its secret, and for a while after a change the former one, too.
 *
 * @throws DecryptionError
 */
export function readPushSecrets(
  { encryption, clock }: Pick<Deps, 'encryption' | 'clock'>,
  { randomKey, secretEncrypted, previousSecretEncrypted, previousSecretUntil }: PushEndpoint,
): string[] {
  const secrets = [encryption.decrypt(secretEncrypted, pushSecretPlace(randomKey, 'secret_encrypted'))];
  // By the clock on the wall, whatever the workflow's says: it is the receiver's clock, too.
  if (previousSecretEncrypted === null || previousSecretUntil === null || previousSecretUntil <= clock.now()) {
    return secrets;
  }
  const former = pushSecretPlace(randomKey, 'previous_secret_encrypted');
  return [...secrets, encryption.decrypt(previousSecretEncrypted, former)];
}
