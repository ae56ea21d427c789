import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';

/**
 * Rows of the audit log that still tell from which address and browser something was done long ago; an index leads to them
 * alone. A row from before there were commitments is none: it is sealed over the address itself, and would look changed.
 */
const IS_OLD_TRACE = 'has_traces = 1 AND created_at < :before';

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
