import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';

/**
 * Rows of the audit log that still tell from which address and browser something was done long ago. A row from before there were commitments is sealed over the address itself: without it, it would look changed.
 */
const IS_OLD_TRACE = `created_at < :before AND commitments IS NOT NULL
   AND (ip_address IS NOT NULL OR user_agent IS NOT NULL)`;

export const OLD_AUDIT_TRACES = `zoom_audit_logs WHERE ${IS_OLD_TRACE}`;

/**
 * Forgets address and browser of some of them, each with its salt, so that nobody can guess it from its commitment. What
 * was done and by whom stays, and so do the seal and the chain.
 *
 * @returns how many rows
 */
export async function forgetAuditTraces({ db }: Pick<Deps, 'db'>, before: string, atOnce: number): Promise<number> {
  const [, count] = await db.query(
    `UPDATE zoom_audit_logs SET ip_address = NULL, ip_salt = NULL, user_agent = NULL, agent_salt = NULL
      WHERE ${IS_OLD_TRACE} LIMIT ${atOnce}`,
    { type: QueryTypes.UPDATE, replacements: { before } },
  );
  return count;
}
