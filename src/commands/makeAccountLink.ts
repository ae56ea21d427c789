import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { linkExpiresAt, type LinkPurpose } from '../domain/accountLinks';
import { AccountLink } from '../models/AccountLink';
import type { User } from '../models/User';
import { accountToken } from '../security/accountToken';
import { hashToken } from '../security/joinPass';
import { addToOutbox } from '../temporal/outbox';
import { planAccountMail } from './planAccountMail';

/**
 * Makes somebody a one-time link to choose a password by, and plans the mail that carries it. An invitation replaces the
 * former ones; a reset leaves them good, so that whoever asks over and over spoils nobody's link.
 *
 * @returns the outbox row to deliver after the commit
 */
export async function makeAccountLink(
  { signingKeys, clock }: Pick<Deps, 'signingKeys' | 'clock'>,
  { id: userId }: User,
  purpose: LinkPurpose,
  transaction: Transaction,
): Promise<number> {
  const now = clock.now();
  if (purpose === 'invitation') await withdrawLinks(userId, now, transaction);
  const identity = { randomKey: randomBytes(16).toString('hex'), userId, keyId: signingKeys.currentId };
  const token = hashToken(accountToken(signingKeys, identity));
  const link = await AccountLink.create(
    { ...identity, purpose, token, expiresAt: linkExpiresAt(purpose, now) },
    { transaction },
  );
  await planAccountMail(link, purpose, { now, usefulUntil: link.expiresAt }, transaction);
  const reason = purpose === 'invitation' ? 'invited' : 'password reset asked for';
  return addToOutbox({ accountLinkId: link.id }, reason, transaction);
}

/** Nobody can choose a password by the links that this person was sent. */
export async function withdrawLinks(userId: number, now: Date, transaction: Transaction): Promise<void> {
  await AccountLink.update({ withdrawnAt: now }, { where: { userId, usedAt: null, withdrawnAt: null }, transaction });
}
