import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { utcDay } from '../domain/hostLimits';

const dayOf = (at: Date) => sqlInstant(utcDay(at).from).slice(0, 10);

/** Counted before it is sent: what gets no answer may have counted at Zoom. */
export async function countMeetingWrite(db: Sequelize, userId: number, at: Date): Promise<void> {
  await db.query(
    `INSERT INTO zoom_meeting_writes (user_id, day, writes) VALUES (:userId, :day, 1)
     ON DUPLICATE KEY UPDATE writes = writes + 1`,
    { type: QueryTypes.INSERT, replacements: { userId, day: dayOf(at) } },
  );
}

/** How often we have made or changed meetings of that host on the day of UTC in which `at` lies. */
export async function meetingWritesOn(db: Sequelize, userId: number, at: Date): Promise<number> {
  const [row] = await db.query<{ writes: number }>(
    'SELECT writes FROM zoom_meeting_writes WHERE user_id = :userId AND day = :day',
    { type: QueryTypes.SELECT, replacements: { userId, day: dayOf(at) } },
  );
  return row?.writes ?? 0;
}
