import { QueryTypes } from 'sequelize';
import type { Deps } from '../../src/deps';

/** What says only that somebody was here: how often a key calls, when it was last used, what it was refused. */
const OF_CALLS = ['rate_limits', 'api_keys', 'refused_edits'];

/**
 * All that is in the database, as a text that is another one as soon as any row is.
 *
 * @param except tables that do not count
 */
export async function fingerprintOf({ db }: Pick<Deps, 'db'>, except: readonly string[] = OF_CALLS): Promise<string> {
  const tables = await db.getQueryInterface().showAllTables();
  const names = tables.filter((name) => !except.includes(name));
  const sums = await db.query(`CHECKSUM TABLE ${names.join(', ')}`, { type: QueryTypes.SELECT });
  return JSON.stringify(sums);
}
