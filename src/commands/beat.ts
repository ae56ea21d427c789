import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';

/** A worker that has been silent for so long is not coming back. */
const FORGOTTEN_HOURS = 24;

/** Says that a worker process is at work. */
export async function beat({ db }: Pick<Deps, 'db'>, holder: string): Promise<void> {
  await db.query(
    `INSERT INTO worker_beats (holder, beaten_at, created_at) VALUES (:holder, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE beaten_at = UTC_TIMESTAMP(3)`,
    { type: QueryTypes.INSERT, replacements: { holder } },
  );
  await db.query(
    `DELETE FROM worker_beats WHERE beaten_at < TIMESTAMPADD(HOUR, -${FORGOTTEN_HOURS}, UTC_TIMESTAMP(3))`,
    { type: QueryTypes.BULKDELETE },
  );
}

/** It has stopped in good order. */
export async function endBeat({ db }: Pick<Deps, 'db'>, holder: string): Promise<void> {
  await db.query('DELETE FROM worker_beats WHERE holder = :holder', {
    type: QueryTypes.BULKDELETE,
    replacements: { holder },
  });
}
