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

/** How often we have made or changed meetings of these hosts on the days of UTC of a span, by host and day: `12 2026-11-26`. */
export async function meetingWritesBetween(
  db: Sequelize,
  userIds: readonly number[],
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<Map<string, number>> {
  const rows = await db.query<{ userId: number; day: string; writes: number }>(
    `SELECT user_id AS userId, DATE_FORMAT(day, '%Y-%m-%d') AS day, writes FROM zoom_meeting_writes
      WHERE user_id IN (:userIds) AND day >= :from AND day <= :to`,
    { type: QueryTypes.SELECT, replacements: { userIds: [...userIds], from: dayOf(from), to: dayOf(to) } },
  );
  return new Map(rows.map(({ userId, day, writes }) => [`${userId} ${day}`, writes]));
}
