import { QueryTypes } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';

const WAITS = `d.state IN ('queued', 'sending', 'data_sent')`;

/**
 * Links to choose a password by that are long over, as they stand after FROM: used, replaced or run out, and all told that
 * was to be told of them. An invitation that nobody took up stays: by it we know that they were invited.
 */
export const OLD_ACCOUNT_LINKS = `account_links l
   WHERE l.expires_at < :before AND l.updated_at < :before
     AND (l.used_at IS NOT NULL OR l.withdrawn_at IS NOT NULL OR l.purpose <> 'invitation')
     AND NOT EXISTS (SELECT 1 FROM mail_deliveries d
                      WHERE d.account_link_id = l.id AND (${WAITS} OR d.updated_at >= :before))
     AND NOT EXISTS (SELECT 1 FROM workflow_outbox o WHERE o.account_link_id = l.id AND o.delivered_at IS NULL)`;

/**
 * Deletes some of the oldest with the mails about them, which may name an address that is no longer anybody's.
 *
 * @returns how many links
 */
export function deleteOldAccountLinks({ db }: Pick<Deps, 'db'>, before: string, atOnce: number): Promise<number> {
  return inTransaction(db, async (transaction) => {
    const found = await db.query<{ id: number }>(
      `SELECT l.id FROM ${OLD_ACCOUNT_LINKS} ORDER BY l.id LIMIT ${atOnce}`,
      { type: QueryTypes.SELECT, replacements: { before }, transaction },
    );
    if (found.length === 0) return 0;
    const options = {
      ...({ type: QueryTypes.BULKDELETE, transaction } as const),
      replacements: { ids: found.map(({ id }) => id) },
    };
    await db.query('DELETE FROM workflow_outbox WHERE account_link_id IN (:ids) AND delivered_at IS NOT NULL', options);
    await db.query(`DELETE d FROM mail_deliveries d WHERE d.account_link_id IN (:ids) AND NOT ${WAITS}`, options);
    // A mail may have been sent once more just now: it keeps its link.
    await db.query(
      `DELETE l FROM account_links l
        WHERE l.id IN (:ids)
          AND NOT EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.account_link_id = l.id)
          AND NOT EXISTS (SELECT 1 FROM workflow_outbox o WHERE o.account_link_id = l.id)`,
      options,
    );
    return found.length;
  });
}
