import { randomBytes } from 'node:crypto';
import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import type { MailState } from '../domain/mails';
import { AccountLink } from '../models/AccountLink';
import { MailDelivery } from '../models/MailDelivery';
import type { User } from '../models/User';
import { hasBeenMailed } from '../queries/hasBeenMailed';
import { hashToken } from '../security/joinPass';
import { addToOutbox } from '../temporal/outbox';
import { planAccountMail } from './planAccountMail';

/** Where somebody read, and since when; null: from the beginning. */
export type FormerAddress = Readonly<Pick<User, 'email' | 'emailSince'>>;

const DAY_MINUTES = 24 * 60;
const NEVER_ARRIVED: readonly MailState[] = ['skipped', 'failed', 'bounced'];

/**
 * Has whoever reads at somebody's former address told that it is theirs no longer, in case that nobody there wanted it.
 * It matters where that address could sign in, or had mails of ours, in which links may stand that are dead now; one that
 * was never used for anything, such as a slip that was corrected at once, hears of nothing. At most once a day, however
 * often the address goes to and fro.
 *
 * @param user locked, and reading at another address already
 * @returns the outbox rows to deliver after the commit
 */
export async function tellFormerAddress(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  user: User,
  former: FormerAddress,
  transaction: Transaction,
): Promise<number[]> {
  if (former.email.toLowerCase() === user.email.toLowerCase()) return [];
  if (user.passwordHash === null && !(await hasBeenMailed({ userId: user.id, ...former }, transaction))) return [];
  const now = deps.clock.now();
  if (await isToldLately(user, former.email, now, transaction)) return [];
  const link = await deadLink(deps, user, now, transaction);
  const when = { now, usefulUntil: addMinutes(now, DAY_MINUTES) };
  await planAccountMail(link, 'address_changed', when, transaction, former.email);
  return [await addToOutbox({ accountLinkId: link.id }, 'address changed', transaction)];
}

/** A mail that never got there told them nothing, such as one that was skipped because the address was theirs again. */
async function isToldLately(
  { id: userId }: User,
  toEmail: string,
  now: Date,
  transaction: Transaction,
): Promise<boolean> {
  const since = { [Op.gt]: addMinutes(now, -DAY_MINUTES) };
  const where = { userId, toEmail, createdAt: since, state: { [Op.notIn]: NEVER_ARRIVED } };
  return (await MailDelivery.count({ where, transaction })) > 0;
}

/** What the mail is about: a row like that of every other mail about an account, of a token that nobody has or can make. */
function deadLink(
  { signingKeys }: Pick<Deps, 'signingKeys'>,
  { id: userId }: User,
  now: Date,
  transaction: Transaction,
): Promise<AccountLink> {
  const [randomKey, token] = [randomBytes(16).toString('hex'), hashToken(randomBytes(32).toString('hex'))];
  const over = { expiresAt: now, withdrawnAt: now, createdAt: now };
  return AccountLink.create(
    { userId, purpose: 'address_changed', randomKey, keyId: signingKeys.currentId, token, ...over },
    { transaction },
  );
}
