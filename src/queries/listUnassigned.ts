import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { withNames, type ClassRow } from './listClassDates';

const BEHIND_MINUTES = 14 * 24 * 60;
export const UNASSIGNED_SHOWN = 20;

export interface UnassignedClass extends ClassRow {
  /** names nobody has been found for */
  readonly strangers: number;
}

/**
 * The settled classes of the last two weeks in which somebody was whom nothing ties to a person, and of whom nobody has said who
 * they were; the newest first. A class is concluded after its start, so older revisions need not be looked at.
 */
export async function listUnassigned(db: Sequelize, now: Date): Promise<UnassignedClass[]> {
  const found = await db.query<{ id: number; strangers: number }>(
    `SELECT c.id, r.strangers
       FROM attendance_revisions r
       JOIN class_dates c ON c.id = r.class_date_id AND c.state = 'settled' AND c.starts_at > :since
      WHERE r.created_at > :since AND r.strangers > 0
        AND NOT EXISTS (SELECT 1 FROM attendance_revisions n
                         WHERE n.class_date_id = r.class_date_id AND n.revision > r.revision)
      ORDER BY c.starts_at DESC, c.id DESC
      LIMIT :shown`,
    {
      replacements: { since: sqlInstant(addMinutes(now, -BEHIND_MINUTES)), shown: UNASSIGNED_SHOWN },
      type: QueryTypes.SELECT,
    },
  );
  const classDates = await ClassDate.findAll({
    where: { id: found.map(({ id }) => id) },
    order: [
      ['startsAt', 'DESC'],
      ['id', 'DESC'],
    ],
  });
  const strangers = new Map(found.map(({ id, strangers: count }) => [id, count]));
  return (await withNames(classDates)).map((row) => ({ ...row, strangers: strangers.get(row.classDate.id) ?? 0 }));
}
