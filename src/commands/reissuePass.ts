import { randomBytes } from 'node:crypto';
import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { usefulUntil } from '../domain/mails';
import type { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import { personKey } from '../security/joinPass';
import { dropRegistrant } from './dropRegistrant';
import { renewPass } from './sendLink';

/**
 * Gives a pass to whoever reads at its address now: a new link, which alone is good from this moment, another way
 * into the meeting, and the invitation once more if it was made before.
 *
 * @param pass locked, which also keeps the planning of mails away from it: their rows refer to it
 * @returns whether the invitation goes out again
 */
export async function reissuePass(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  pass: ZoomSecureToken,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<boolean> {
  await replacePass(deps, pass, classDate, transaction);
  return inviteAgain(deps, pass, classDate, transaction);
}

/**
 * A new link and a new way into the meeting, and nobody stays inside by the former ones: they may have been a stranger's.
 *
 * @param pass locked
 */
export async function replacePass(
  deps: Pick<Deps, 'signingKeys'>,
  pass: ZoomSecureToken,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<void> {
  await renewPass(deps, pass, classDate, transaction);
  await pass.update({ holderHash: null }, { transaction });
  await dropRegistrant(pass, transaction);
}

/**
 * The row is the invitation of this person to this class, of which there is one; whoever is sending it now has lost it
 * (the lease), so however far that got, it goes out to the address that holds now.
 */
async function inviteAgain(
  { clock }: Pick<Deps, 'clock'>,
  pass: ZoomSecureToken,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<boolean> {
  const now = clock.now();
  const kind = pass.guestId === null ? 'class_reminder' : 'guest_invitation';
  const mine = { classDateId: classDate.id, recipientKey: personKey(pass) };
  // Nobody at this address has been told anything yet.
  const told = { ...mine, kind, toldAt: { [Op.ne]: null } };
  const invitedBefore = (await MailDelivery.count({ where: told, transaction })) > 0;
  // Silently: it is no news of when they went out.
  await MailDelivery.update({ toldAt: null }, { where: mine, silent: true, transaction });
  const newest = await MailDelivery.findOne({
    where: { ...mine, kind, version: classDate.scheduleVersion },
    order: [['copy', 'DESC']],
    transaction,
    lock: true,
  });
  await newest?.update(
    {
      state: 'queued',
      messageKey: randomBytes(16).toString('hex'),
      ...{ attempts: 0, resent: false, sentAt: null, lastError: null },
      ...{ leaseHolder: null, leaseUntil: null },
      nextAttemptAt: now,
      usefulUntil: usefulUntil(kind, classTimes(classDate), now),
    },
    { transaction },
  );
  return newest !== null || invitedBefore;
}
