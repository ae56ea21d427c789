import { QueryTypes } from 'sequelize';
import { listPending } from '../db/migrate';
import type { Deps } from '../deps';
import { check, type Check } from './check';

/** Farther off than this, "now" of the database and of a process are two things. */
const SKEW_MAX_MS = 2_000;

export async function checkDatabase({ db, config }: Pick<Deps, 'db' | 'config'>): Promise<Check[]> {
  try {
    await db.query('SELECT 1');
  } catch (error) {
    const kind = error instanceof Error ? error.name.replace('Sequelize', '') : 'unknown';
    return [
      check('database', 'Database', {
        verdict: 'failed',
        why: `It does not answer (${kind}).`,
        remedy: 'Is it running, are host, port, user and password of DATABASE_URL right, and is it in reach from here?',
      }),
    ];
  }
  const pending = await listPending(config.database.url);
  const found = [
    check('database', 'Database', { verdict: 'passed', why: 'It answers.' }),
    check('migrations', 'Migrations', {
      verdict: pending.length === 0 ? 'passed' : 'failed',
      why: pending.length === 0 ? 'The schema is up to date.' : `${pending.length} migrations have not been applied.`,
      remedy: 'Run the command migrate.',
    }),
  ];
  return [...found, await checkClock(db)];
}

async function checkClock(db: Deps['db']): Promise<Check> {
  const before = Date.now();
  const [row] = await db.query<{ at: string }>(`SELECT CAST(UTC_TIMESTAMP(3) AS CHAR) AS at`, {
    type: QueryTypes.SELECT,
  });
  const middle = (before + Date.now()) / 2;
  const aheadMs = Math.round(Date.parse(`${(row?.at ?? '').replace(' ', 'T')}Z`) - middle);
  // Half of the time that asking took is what cannot be told apart.
  const isOff = Math.abs(aheadMs) > SKEW_MAX_MS + (Date.now() - before) / 2;
  return check('database clock', 'Clock of the database', {
    verdict: isOff ? 'failed' : 'passed',
    why: isOff
      ? `It is ${(Math.abs(aheadMs) / 1000).toFixed(1)} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s.`
      : 'It agrees with this machine’s.',
    remedy: 'Set both clocks by NTP (timedatectl set-ntp true).',
  });
}
