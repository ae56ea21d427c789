import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { takeBackRegistrant } from './dropRegistrant';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Closes the door to one person: their link stops working at once, and Zoom is asked to take their own way in back.
 *
 * @throws AppError when it is closed already
 */
export async function revokePass(deps: Deps, passId: number, origin: AuditOrigin): Promise<void> {
  const outboxId = await inTransaction(deps.db, async (transaction) => {
    const pass = await ZoomSecureToken.findByPk(passId, { transaction, lock: true, rejectOnEmpty: true });
    if (pass.revokedAt) throw new AppError(409, 'revoked_already', 'This pass has been withdrawn already.');
    // On purpose: it does not come back when its person is disabled and enabled.
    await pass.update({ revokedAt: deps.clock.now(), withheld: false }, { transaction });
    await takeBackRegistrant(pass, transaction);
    const entity = { type: 'zoom_secure_token', id: passId };
    const metadata = { classDateId: pass.classDateId };
    await writeAudit(deps, origin, { action: 'pass_revoked', entity, metadata }, transaction);
    return addToOutbox({ classDateId: pass.classDateId }, 'roster changed', transaction);
  });
  await deliverOutbox(deps, outboxId);
}
