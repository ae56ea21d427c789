import type { Deps } from '../deps';
import { isShut } from '../domain/classStates';
import { ClassDate } from '../models/ClassDate';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import type { FailureLimit } from '../security/failureLimit';
import { networkOf } from '../security/networkOf';
import { sendLink } from './sendLink';
import { isEmail } from './parseGuests';
import type { AuditOrigin } from './writeAudit';

export interface LinkLimits {
  /** per person and class: their mailbox is not ours to fill */
  readonly person: FailureLimit;
  /** per address of the network: nobody asks for a whole school */
  readonly network: FailureLimit;
}

/**
 * Somebody has lost their link, or it is spent: it goes to the address on file, and to no other. Whoever asks learns
 * nothing from it, so it returns nothing.
 */
export async function requestLink(
  deps: Deps,
  limits: LinkLimits,
  { classDateId, email }: { classDateId: number; email: string },
  origin: AuditOrigin,
): Promise<void> {
  if (!isEmail(email) || !(await limits.network.count(networkOf(origin.ipAddress)))) return;
  const pass = await ZoomSecureToken.findOne({ where: { classDateId, email, revokedAt: null } });
  const classDate = await ClassDate.findByPk(classDateId);
  if (!pass || !classDate || isShut(classDate)) return;
  if (!(await limits.person.count(String(pass.id)))) return;
  await sendLink(deps, { passId: pass.id, anew: false }, { ...origin, userId: pass.userId });
}
