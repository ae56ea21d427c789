import type { Deps } from '../deps';
import { mayBeLimited, REFUSAL_ACTIONS, type Refusal } from '../domain/joinRefusals';
import type { FailureLimit } from '../security/failureLimit';
import { networkOf } from '../security/networkOf';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface RefusedAttempt {
  readonly refusal: Refusal;
  /** null where the address named none */
  readonly classDateId: number | null;
  /** null where the link belongs to none */
  readonly passId: number | null;
}

/**
 * Audits a refused attempt, as long as that address has not filled the log already.
 *
 * @returns what to tell the person
 */
export async function recordJoinRefusal(
  deps: Pick<Deps, 'signingKeys'>,
  limit: FailureLimit,
  { refusal, classDateId, passId }: RefusedAttempt,
  origin: AuditOrigin,
): Promise<Refusal | 'too_many'> {
  const allowed = await limit.count(networkOf(origin.ipAddress));
  if (!allowed) return mayBeLimited(refusal) ? 'too_many' : refusal;
  const entity = classDateId === null ? {} : { entity: { type: 'class_date', id: classDateId } };
  const action = REFUSAL_ACTIONS[refusal];
  await writeAudit(deps, origin, { action, ...entity, metadata: { reason: refusal, passId } }, null);
  return refusal;
}
