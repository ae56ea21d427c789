import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { LONGEST_MINUTES } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';

export interface UnheardClasses {
  readonly count: number;
  readonly lastLiveAt: Date | null;
}

/**
 * Classes that went live after an instant though no event told that anything happened in their rooms: that they ran became
 * known only by asking Zoom.
 *
 * @param since when Zoom was last heard; null while there is nothing to compare with, which finds none
 */
export async function findUnheardClasses(db: Sequelize, since: Date | null): Promise<UnheardClasses> {
  if (since === null) return { count: 0, lastLiveAt: null };
  const [row] = await db.query<UnheardClasses>(
    `SELECT COUNT(*) AS count, MAX(c.live_at) AS lastLiveAt
       FROM class_dates c
      WHERE c.state IN ('live', 'ended', 'settled') AND c.starts_at > :behind AND c.live_at > :since
        AND NOT EXISTS (SELECT 1
                          FROM zoom_meetings m
                          JOIN webhook_events e ON e.meeting_id = m.meeting_id
                         WHERE m.class_date_id = c.id
                           AND (e.event IN ('meeting.started', 'meeting.ended') OR e.event LIKE 'meeting.participant%'))`,
    {
      replacements: { since: sqlInstant(since), behind: sqlInstant(addMinutes(since, -LONGEST_MINUTES)) },
      type: QueryTypes.SELECT,
    },
  );
  return row ?? { count: 0, lastLiveAt: null };
}
