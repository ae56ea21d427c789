import { createHash } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { User } from '../models/User';
import { createFailureLimit } from '../security/failureLimit';
import { deliverOutbox } from '../temporal/outbox';
import { makeAccountLink } from './makeAccountLink';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** Nobody's mailbox is ours to fill, and no button's to press over and over. */
const PER_PERSON = { name: 'invite', failures: 5, seconds: 60 * 60 };
const PER_ADDRESS = { ...PER_PERSON, name: 'invite-address' };

/**
 * Invites somebody once more: the link is a new one, good for a week, and the former one dies.
 *
 * @throws NotFoundError; AppError 409 in words when there is nothing to invite them to, 429
 */
export async function inviteUser(deps: Deps, userId: number, origin: AuditOrigin): Promise<User> {
  await requireInvitable(userId, null);
  // Not in the transaction: the counter has a connection of its own.
  if (!(await createFailureLimit(deps.db, PER_PERSON).count(String(userId)))) {
    throw new AppError(429, 'too_many_tries', 'They have been invited several times within the hour. Wait a while.');
  }
  const { user, outboxId } = await inTransaction(deps.db, async (transaction) => {
    const person = await requireInvitable(userId, transaction);
    return { user: person, outboxId: await inviteIn(deps, person, origin, transaction) };
  });
  await deliverOutbox(deps, outboxId);
  return user;
}

/**
 * Counts an invitation that a program brings about; never in a transaction, as above.
 *
 * @returns false when that mailbox has had several within the hour
 */
export function mayInviteAt({ db }: Pick<Deps, 'db'>, email: string): Promise<boolean> {
  return createFailureLimit(db, PER_ADDRESS).count(createHash('sha256').update(email.toLowerCase()).digest('hex'));
}

async function requireInvitable(userId: number, transaction: Transaction | null): Promise<User> {
  const person = await User.findByPk(userId, { transaction, ...(transaction ? { lock: true } : {}) });
  if (!person) throw new NotFoundError('There is no such person.');
  checkInvitable(person);
  return person;
}

/** The same as a part of something larger, which delivers the outbox row after its commit. */
export async function inviteIn(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  user: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number> {
  const outboxId = await makeAccountLink(deps, user, 'invitation', transaction);
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_invited', entity }, transaction);
  return outboxId;
}

/** @throws AppError 409 */
export function checkInvitable({ role, disabledAt, passwordHash }: User): void {
  const refuse = (code: string, message: string) => {
    throw new AppError(409, code, message);
  };
  if (role === 'student') refuse('needs_no_account', 'Students join by their links and need no account.');
  if (disabledAt !== null) refuse('is_disabled', 'This person is disabled. Enable them first.');
  if (passwordHash !== null) {
    refuse(
      'has_password',
      'They have a password already. If it is forgotten: “Forgot your password?” on the sign-in page.',
    );
  }
}
