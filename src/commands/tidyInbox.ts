import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { MAX_ATTEMPTS, TOO_MANY_CRASHES } from './webhookFailure';

const UNMATCHED_HOURS = 24;
const AT_ONCE = 500;

/** Brings the rows of the inbox that nobody is at work on to where they belong. Any number of workers may do it. */
export async function tidyInbox({ db }: Pick<Deps, 'db'>): Promise<void> {
  await takeUpNowKnown({ db });
  await parkWhatKills({ db });
  await db.query(
    `DELETE FROM webhook_events
      WHERE state = 'unmatched' AND created_at < TIMESTAMPADD(HOUR, -${UNMATCHED_HOURS}, UTC_TIMESTAMP(3))
      LIMIT ${AT_ONCE}`,
    { type: QueryTypes.BULKDELETE },
  );
}

/**
 * An event can come before we know the meeting it is about: Zoom's answer to our create was late or lost. Looked for
 * here and not where the meeting is saved, because its interpretation may be under way at that moment. It comes before what
 * is only read again, whatever it was itself: until now it has changed nothing.
 */
async function takeUpNowKnown({ db }: Pick<Deps, 'db'>): Promise<void> {
  const known = await db.query<{ id: number }>(
    `SELECT e.id FROM webhook_events e JOIN zoom_meetings m ON m.meeting_id = e.meeting_id
      WHERE e.state = 'unmatched' LIMIT ${AT_ONCE}`,
    { type: QueryTypes.SELECT },
  );
  if (known.length === 0) return;
  await db.query(
    `UPDATE webhook_events SET state = 'received', attempts = 0, replayed = 0, lease_until = NULL, processed_at = NULL
      WHERE state = 'unmatched' AND id IN (:ids)`,
    { type: QueryTypes.UPDATE, replacements: { ids: known.map(({ id }) => id) } },
  );
}

/** A process that died while it was at work could not say so. By the index: what waits may be months of events. */
async function parkWhatKills({ db }: Pick<Deps, 'db'>): Promise<void> {
  await db.query(
    `UPDATE webhook_events SET state = 'failed', last_error = :reason, lease_holder = NULL
      WHERE state = 'received' AND replayed IN (0, 1) AND attempts >= ${MAX_ATTEMPTS} AND lease_until < UTC_TIMESTAMP(3)`,
    { type: QueryTypes.UPDATE, replacements: { reason: TOO_MANY_CRASHES } },
  );
}
