import { QueryTypes, type Sequelize } from 'sequelize';
import type { JoinPass } from './findJoinPass';

/** What a page at the door rests on: when any of it changes, the page is to be made anew. */
export type PassState = Pick<
  JoinPass,
  | 'id'
  | 'epoch'
  | 'usedAt'
  | 'holderHash'
  | 'revokedAt'
  | 'takeovers'
  | 'state'
  | 'stateReason'
  | 'endedAt'
  | 'closedAt'
  | 'startsAt'
  | 'durationMinutes'
  | 'leadMinutes'
  | 'graceMinutes'
  | 'watchMinutes'
  | 'settleMinutes'
  | 'meetingRowId'
>;

/** The same columns as findJoinPass has them, of many passes at once. */
export function listPassStates(db: Sequelize, passIds: readonly number[]): Promise<PassState[]> {
  return db.query<PassState>(
    `SELECT p.id, p.epoch, p.used_at AS usedAt, p.holder_hash AS holderHash, p.revoked_at AS revokedAt, p.takeovers,
            c.state, c.state_reason AS stateReason, c.ended_at AS endedAt, c.closed_at AS closedAt,
            c.starts_at AS startsAt, c.duration_minutes AS durationMinutes, c.lead_minutes AS leadMinutes,
            c.grace_minutes AS graceMinutes, c.watch_minutes AS watchMinutes, c.settle_minutes AS settleMinutes,
            m.id AS meetingRowId
       FROM zoom_secure_tokens p
       JOIN class_dates c ON c.id = p.class_date_id
       LEFT JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
      WHERE p.id IN (:passIds)`,
    { replacements: { passIds }, type: QueryTypes.SELECT },
  );
}
