import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { addMinutes } from '../domain/clock';
import { utcDay } from '../domain/hostLimits';

export interface RoomsOfDay {
  /** every class of the host whose room opens on that day, and is not cancelled */
  readonly booked: number;
}

/** No room opens longer before its class. */
const LONGEST_LEAD_MINUTES = 1440;

/** How many rooms a host needs on the day of UTC in which `at` lies: each costs one of the day's creates. */
export async function countRoomsOfDay(db: Sequelize, teacherId: number, at: Date): Promise<RoomsOfDay> {
  const { from, to } = utcDay(at);
  const [row] = await db.query<{ booked: number }>(
    `SELECT COUNT(*) AS booked
       FROM class_dates c
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
  return { booked: row?.booked ?? 0 };
}

/** A host and a day of UTC. */
export function hostDay(teacherId: number, at: Date): string {
  return `${teacherId} ${utcDay(at).from.toISOString().slice(0, 10)}`;
}

/** The rooms that are still to be made of many hosts on each day of a span of time, by `hostDay`. */
export async function countUnmadeByDay(
  db: Sequelize,
  teacherIds: readonly number[],
  span: { readonly from: Date; readonly to: Date },
): Promise<Map<string, number>> {
  const rows = await db.query<{ teacherId: number; opensOn: string; unmade: number }>(
    `SELECT c.teacher_id AS teacherId,
            DATE_FORMAT(TIMESTAMPADD(MINUTE, -c.lead_minutes, c.starts_at), '%Y-%m-%d') AS opensOn,
            COUNT(*) AS unmade
       FROM class_dates c
       LEFT JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
      WHERE c.teacher_id IN (:teacherIds) AND c.state IN ('scheduled', 'preparing') AND m.id IS NULL
        AND c.starts_at >= :from AND c.starts_at < :latest
      GROUP BY teacherId, opensOn`,
    {
      type: QueryTypes.SELECT,
      replacements: {
        teacherIds: [...teacherIds],
        from: sqlInstant(utcDay(span.from).from),
        latest: sqlInstant(addMinutes(utcDay(span.to).to, LONGEST_LEAD_MINUTES)),
      },
    },
  );
  return new Map(rows.map(({ teacherId, opensOn, unmade }) => [`${teacherId} ${opensOn}`, unmade]));
}
