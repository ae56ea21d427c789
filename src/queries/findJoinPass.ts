import { QueryTypes, type Sequelize } from 'sequelize';
import type { ClassState, StateReason } from '../domain/classStates';
import type { ClassSchedule } from '../domain/classTimes';
import type { LinkQuality } from '../models/ZoomSecureToken';
import { hashToken } from '../security/joinPass';

/** Everything the door needs to know about the pass behind a link, in one look-up. */
export interface JoinPass extends ClassSchedule {
  readonly id: number;
  readonly classDateId: number;
  readonly userId: number | null;
  readonly usedAt: Date | null;
  readonly holderHash: string | null;
  readonly revokedAt: Date | null;
  readonly takeovers: number;
  readonly isFormerLink: boolean;
  readonly wasHolder: boolean;
  /** when the pass was taken from this browser; null if it was not */
  readonly displacedAt: Date | null;
  readonly epoch: number;
  readonly state: ClassState;
  readonly stateReason: StateReason | null;
  readonly endedAt: Date | null;
  readonly closedAt: Date | null;
  /** class_dates.random_key */
  readonly classKey: string;
  readonly scheduleVersion: number;
  readonly classZone: string;
  readonly title: string;
  readonly teacherName: string;
  /** null where their zone is not known */
  readonly readerZone: string | null;
  /** the current meeting's row */
  readonly meetingRowId: number | null;
  readonly joinUrlEncrypted: string | null;
  readonly linkMeetingId: number | null;
  readonly linkQuality: LinkQuality | null;
  readonly personalUrlEncrypted: string | null;
}

const SQL = `
  SELECT p.id, p.class_date_id AS classDateId, p.user_id AS userId, p.used_at AS usedAt, p.holder_hash AS holderHash,
         p.revoked_at AS revokedAt, p.takeovers, p.epoch, p.token <> :token AS isFormerLink, f.replaced_at AS displacedAt,
         p.link_meeting_id AS linkMeetingId, p.link_quality AS linkQuality,
         p.personal_url_encrypted AS personalUrlEncrypted,
         c.state, c.state_reason AS stateReason, c.ended_at AS endedAt, c.closed_at AS closedAt, c.time_zone AS classZone,
         c.random_key AS classKey, c.schedule_version AS scheduleVersion,
         c.starts_at AS startsAt, c.duration_minutes AS durationMinutes, c.lead_minutes AS leadMinutes,
         c.grace_minutes AS graceMinutes, c.watch_minutes AS watchMinutes, c.settle_minutes AS settleMinutes,
         o.title, TRIM(CONCAT(t.first_name, ' ', t.last_name)) AS teacherName,
         COALESCE(u.time_zone, g.time_zone) AS readerZone,
         m.id AS meetingRowId, m.join_url_encrypted AS joinUrlEncrypted
    FROM zoom_secure_tokens p
    JOIN class_dates c ON c.id = p.class_date_id
    JOIN book_orders o ON o.id = c.order_id
    JOIN users t ON t.id = c.teacher_id
    LEFT JOIN users u ON u.id = p.user_id
    LEFT JOIN order_guests g ON g.id = p.guest_id
    LEFT JOIN pass_former_holders f ON f.pass_id = p.id AND f.holder_hash = :holderHash
    LEFT JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
   WHERE p.id = COALESCE((SELECT id FROM zoom_secure_tokens WHERE token = :token),
                         (SELECT id FROM zoom_secure_tokens WHERE former_token = :token))`;

/**
 * The pass of that token, of whatever class and in whatever state; null when there is none.
 *
 * @param holderHash of the browser that asks
 */
export async function findJoinPass(db: Sequelize, token: string, holderHash: string | null): Promise<JoinPass | null> {
  const [row] = await db.query<JoinPass>(SQL, {
    replacements: { token: hashToken(token), holderHash: holderHash ?? '' },
    type: QueryTypes.SELECT,
  });
  return row ? { ...row, isFormerLink: Boolean(row.isFormerLink), wasHolder: row.displacedAt !== null } : null;
}
