import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { requireClassDateOf, type ExternalClassDateId } from '../queries/externalBookings';
import { joinLink } from '../security/joinLink';
import { personKey } from '../security/joinPass';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * A person's join link, for a marketplace's own button. The link is computed and kept nowhere; that it was handed out is
 * in the audit log.
 *
 * @throws NotFoundError; AppError 409 when it leads nowhere any more
 */
export async function handOutJoinLink(
  deps: Deps,
  { person, ...id }: ExternalClassDateId & { readonly person: string },
  origin: AuditOrigin,
): Promise<string> {
  return inTransaction(deps.db, async (transaction) => {
    const { classDate } = await requireClassDateOf(id, transaction);
    const passes = await ZoomSecureToken.findAll({
      where: { classDateId: classDate.id, revokedAt: null },
      transaction,
    });
    const pass = passes.find((one) => personKey(one) === person);
    if (!pass) throw new NotFoundError('This person has no pass for this class.');
    if (classDate.closedAt !== null || classDate.state === 'cancelled') {
      throw new AppError(409, 'class_is_over', 'This class is over or cancelled: nobody can join it any more.');
    }
    const entity = { type: 'zoom_secure_token', id: pass.id };
    const metadata = { classDateId: classDate.id };
    await writeAudit(deps, origin, { action: 'join_link_handed_out', entity, metadata }, transaction);
    return joinLink(deps, classDate, pass);
  });
}
