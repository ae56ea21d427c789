import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isShut } from '../domain/classStates';
import { AppError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { replacePass } from './reissuePass';
import { sendLinkIn } from './sendLink';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Opens the door again to somebody whose pass was withdrawn: with a new link, which is mailed; the former ones stay dead. In one
 * commit, for nobody has the new link until its mail is there. Of a class that is over its person is one again, and gets
 * no link to it.
 *
 * @throws AppError when it is not withdrawn, or its guest was removed from the order, or its person is disabled, or the
 * class is cancelled
 */
export async function restorePass(deps: Deps, passId: number, origin: AuditOrigin): Promise<void> {
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    const pass = await ZoomSecureToken.findByPk(passId, { transaction, lock: true, rejectOnEmpty: true });
    if (!pass.revokedAt) throw new AppError(409, 'not_revoked', 'This pass works; there is nothing to give back.');
    const guest = pass.guestId === null ? null : await OrderGuest.findByPk(pass.guestId, { transaction });
    if (guest?.removedAt) {
      throw new AppError(409, 'guest_removed', 'This guest was removed. Add them again on the page of the order.');
    }
    const user = pass.userId === null ? null : await User.findByPk(pass.userId, { transaction });
    if (user?.disabledAt) throw new AppError(409, 'is_disabled', 'This person is disabled. Enable them first.');
    const classDate = await ClassDate.findByPk(pass.classDateId, { transaction, rejectOnEmpty: true });
    await replacePass(deps, pass, classDate, transaction);
    await openDoor(deps, pass, origin, transaction);
    // In a cancelled one it waits until the class is reopened, for then they have to be mailed.
    if (isShut(classDate) && classDate.state !== 'cancelled') {
      return addToOutbox({ classDateId: classDate.id }, 'roster changed', transaction);
    }
    return sendLinkIn(deps, { passId, anew: false }, origin, transaction);
  });
  await deliverOutbox(deps, outboxId);
}

/** A pass works again, and the log says so: whoever withdrew it before is overruled. */
export async function openDoor(
  deps: Pick<Deps, 'signingKeys'>,
  pass: ZoomSecureToken,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  if (pass.revokedAt === null) return;
  await pass.update({ revokedAt: null, withheld: false }, { transaction });
  const entity = { type: 'zoom_secure_token', id: pass.id };
  const metadata = { classDateId: pass.classDateId };
  await writeAudit(deps, origin, { action: 'pass_restored', entity, metadata }, transaction);
}
