import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { addMinutes } from '../domain/clock';
import { utcDay } from '../domain/hostLimits';

export interface RoomsOfDay {
  /** every class of the host whose room opens on that day, and is not cancelled */
  readonly booked: number;
  /** those of them that are still to get their room */
  readonly unmade: number;
}

/** No room opens longer before its class. */
const LONGEST_LEAD_MINUTES = 1440;

/** How many rooms a host needs on the day of UTC in which `at` lies: each costs one of the day's creates. */
export async function countRoomsOfDay(db: Sequelize, teacherId: number, at: Date): Promise<RoomsOfDay> {
  const { from, to } = utcDay(at);
  const [row] = await db.query<{ booked: number; unmade: number | null }>(
    `SELECT COUNT(*) AS booked, SUM(c.state IN ('scheduled', 'preparing') AND m.id IS NULL) AS unmade
       FROM class_dates c
       LEFT JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
      WHERE c.teacher_id = :teacherId AND c.state <> 'cancelled'
        AND c.starts_at >= :from AND c.starts_at < :latest
        AND TIMESTAMPADD(MINUTE, -c.lead_minutes, c.starts_at) >= :from
        AND TIMESTAMPADD(MINUTE, -c.lead_minutes, c.starts_at) < :to`,
    {
      type: QueryTypes.SELECT,
      replacements: {
        teacherId,
        from: sqlInstant(from),
        to: sqlInstant(to),
        latest: sqlInstant(addMinutes(to, LONGEST_LEAD_MINUTES)),
      },
    },
  );
  return { booked: row?.booked ?? 0, unmade: Number(row?.unmade ?? 0) };
}
