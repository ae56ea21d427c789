import { addMinutes } from '../domain/clock';
import { isUsable, type AccountOccasion } from '../domain/accountLinks';
import { problemsOfPassword } from '../domain/passwordRules';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors } from '../errors';
import { AccountLink } from '../models/AccountLink';
import { User } from '../models/User';
import { findAccountLink, mayHavePassword } from '../queries/findAccountLink';
import { withinHashingCap } from '../security/hashingCap';
import { hashPassword } from '../security/passwords';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { endSessions } from './endSessions';
import { withdrawLinks } from './makeAccountLink';
import { planAccountMail } from './planAccountMail';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface Choice {
  readonly token: string;
  readonly password: string;
}

interface Chosen {
  readonly user: User;
  readonly purpose: AccountOccasion;
}

const DAY_MINUTES = 24 * 60;

/**
 * Spends a one-time link: the person has this password from now on, is signed out everywhere, and whoever was sent another
 * link cannot use it any more. Of a reset they are told by mail, in case that it was not them.
 *
 * @returns null when the link is no good (any more)
 * @throws FieldErrors; AppError 429 when too many come at once; the link stays good then
 */
export async function choosePassword(
  deps: Deps,
  { token, password }: Choice,
  origin: AuditOrigin,
): Promise<Chosen | null> {
  const found = await findAccountLink(token, deps.clock.now());
  if (!found) return null;
  const problems = problemsOfPassword(password).map((message) => ({ field: 'password', message }));
  if (problems.length > 0) throw new FieldErrors(problems);
  const passwordHash = await withinHashingCap(() => hashPassword(password));
  const done = await spend(deps, found.link, passwordHash, origin);
  await deliverOutbox(deps, ...(done?.outboxIds ?? []));
  return done && { user: done.user, purpose: found.link.purpose };
}

/** The person's row is locked before the link's, as everywhere; of two who come at once the second finds it spent. */
function spend(deps: Deps, { id, userId, purpose }: AccountLink, passwordHash: string, origin: AuditOrigin) {
  return inTransaction(deps.db, async (transaction) => {
    const now = deps.clock.now();
    const user = await User.findByPk(userId, { lock: true, transaction });
    const link = await AccountLink.findByPk(id, { lock: true, transaction });
    if (!user || !link || !mayHavePassword(user) || !isUsable(link, now)) return null;
    await user.update({ passwordHash }, { transaction });
    await endSessions(user, transaction);
    await link.update({ usedAt: now }, { transaction });
    await withdrawLinks(userId, now, transaction);
    const entity = { type: 'user', id: userId };
    const by = { ...origin, userId };
    await writeAudit(deps, by, { action: 'password_chosen', entity, metadata: { purpose } }, transaction);
    if (purpose === 'invitation') return { user, outboxIds: [] };
    await planAccountMail(link, 'password_changed', { now, usefulUntil: addMinutes(now, DAY_MINUTES) }, transaction);
    return { user, outboxIds: [await addToOutbox({ accountLinkId: id }, 'password changed', transaction)] };
  });
}
