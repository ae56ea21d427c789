import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { readTableSizes } from '../queries/readStatus';
import { check, type Check } from './check';

const SHOWN = 5;
const OLD_DAYS = 7;

/** How large the tables are, and how old what is in them. */
export async function checkSizes({ db }: Pick<Deps, 'db'>): Promise<Check[]> {
  const tables = await readTableSizes({ db });
  const largest = tables.slice(0, SHOWN).map(({ name, megabytes }) => `${name} ${megabytes} MB`);
  const [passes] = await db.query<{ count: number; old: number }>(
    `SELECT COUNT(*) AS count, COALESCE(SUM(created_at < TIMESTAMPADD(DAY, -${OLD_DAYS}, UTC_TIMESTAMP(3))), 0) AS old
       FROM zoom_secure_tokens`,
    { type: QueryTypes.SELECT },
  );
  const total = tables.reduce((sum, { megabytes }) => sum + megabytes, 0);
  return [
    check('sizes', 'Tables', {
      verdict: 'passed',
      why: `${Math.round(total * 10) / 10} MB in all; the largest: ${largest.join(', ')}.`,
    }),
    check('passes', 'Join passes', {
      verdict: 'passed',
      why: `${passes?.count ?? 0}, of which ${Number(passes?.old ?? 0)} are older than ${OLD_DAYS} days.`,
    }),
  ];
}
