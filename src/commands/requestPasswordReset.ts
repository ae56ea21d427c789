import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { User } from '../models/User';
import { mayHavePassword } from '../queries/findAccountLink';
import { findUserByEmail } from '../queries/findUserByEmail';
import { createFailureLimit, type FailureLimit } from '../security/failureLimit';
import { networkOf } from '../security/networkOf';
import { deliverOutbox } from '../temporal/outbox';
import { makeAccountLink } from './makeAccountLink';
import { isEmail } from './parseGuests';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface ResetLimits {
  /** a person's mailbox is not ours to fill */
  readonly person: FailureLimit;
  /** per address of the network: nobody tries addresses out */
  readonly network: FailureLimit;
}

const HOUR_SECONDS = 60 * 60;
const PER_PERSON = { name: 'reset', failures: 3, seconds: HOUR_SECONDS };
const PER_NETWORK = { name: 'resets', failures: 30, seconds: HOUR_SECONDS };

export function createResetLimits({ db }: Pick<Deps, 'db'>): ResetLimits {
  return { person: createFailureLimit(db, PER_PERSON), network: createFailureLimit(db, PER_NETWORK) };
}

/**
 * Somebody has forgotten their password: a one-time link goes to the address on file, if there is somebody of that address
 * who may sign in. Whoever asks learns nothing from it, so it returns nothing, and Temporal is told without being waited
 * for.
 */
export async function requestPasswordReset(
  deps: Deps,
  limits: ResetLimits,
  email: string,
  origin: AuditOrigin,
): Promise<void> {
  if (!isEmail(email) || !(await limits.network.count(networkOf(origin.ipAddress)))) return;
  const user = await findRecipient(limits, email);
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const entity = user ? { entity: { type: 'user', id: user.id } } : {};
    const metadata = user ? { known: true } : { known: false, asked: auditedAddress(deps, email) };
    await writeAudit(deps, origin, { action: 'password_reset_asked', ...entity, metadata }, transaction);
    return user ? [await makeAccountLink(deps, user, 'password_reset', transaction)] : [];
  });
  void deliverOutbox(deps, ...outboxIds);
}

/**
 * Enough to see whether it is one address over and over within a day or one after another. An address is named in no audit
 * row: without our key nobody can try guesses at it, and the next day it looks like another one.
 */
function auditedAddress({ signingKeys, clock }: Pick<Deps, 'signingKeys' | 'clock'>, email: string): string {
  const day = clock.now().toISOString().slice(0, 10);
  return signingKeys.sign('asked-address', `${day} ${email.trim().toLowerCase()}`).toString('hex').slice(0, 12);
}

async function findRecipient(limits: ResetLimits, email: string): Promise<User | null> {
  const user = await findUserByEmail(email);
  // MySQL's collation takes é for e and ß for ss; that is another mailbox.
  if (!user || user.email.toLowerCase() !== email.toLowerCase() || !mayHavePassword(user)) return null;
  return (await limits.person.count(String(user.id))) ? user : null;
}
