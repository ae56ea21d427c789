import { QueryTypes, type Sequelize, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { HARD_CAP_MINUTES } from '../domain/classTimes';
import { TAKEOVERS_MAX, type Standing } from '../domain/joinRefusals';
import type { LinkQuality } from '../models/ZoomSecureToken';
import { writeAudit, type AuditOrigin } from './writeAudit';

export type Claim = 'claimed' | 'reentered' | 'taken_over' | 'refused';

interface Claimant {
  readonly passId: number;
  readonly classDateId: number;
  /** of the pass when its link was looked up: a link that has been replaced since claims nothing */
  readonly epoch: number;
  /** SHA-256 of the browser's own cookie, 64 hex digits */
  readonly holderHash: string;
  /** how that browser stood to the pass when it was looked up; whoever is not the holder takes it over */
  readonly standing: Standing;
  /** Another browser held the pass then, and is to be told. */
  readonly displaces: boolean;
  /** the way into the meeting that the person is sent on */
  readonly quality: LinkQuality;
}

/**
 * The same rule as isOpen(doorOf(…)) in src/domain/joinRules, by the database's clock. A subquery and not a join: under
 * READ COMMITTED it takes no locks, so a claim never waits for whoever holds the class's row.
 */
const CLASS_IS_OPEN = `EXISTS (
    SELECT 1
      FROM class_dates c
      JOIN zoom_meetings m ON m.class_date_id = c.id AND m.is_current = 1 AND m.state = 'created'
     WHERE c.id = ? AND c.closed_at IS NULL
       AND ((c.state IN ('ready', 'ended')
             AND UTC_TIMESTAMP(3) < TIMESTAMPADD(MINUTE, c.duration_minutes + c.grace_minutes, c.starts_at))
         OR (c.state = 'live'
             AND UTC_TIMESTAMP(3) < TIMESTAMPADD(MINUTE, c.duration_minutes + ${HARD_CAP_MINUTES}, c.starts_at))))`;

const CLAIM = `
  UPDATE zoom_secure_tokens
     SET used_at = UTC_TIMESTAMP(3), holder_hash = ?, ip_address = ?, user_agent = ?, updated_at = UTC_TIMESTAMP(3)
   WHERE id = ? AND class_date_id = ? AND epoch = ? AND (used_at IS NULL OR holder_hash IS NULL)
     AND revoked_at IS NULL AND ${CLASS_IS_OPEN}`;

const TAKE_OVER = `
  UPDATE zoom_secure_tokens
     SET used_at = UTC_TIMESTAMP(3), holder_hash = ?, ip_address = ?, user_agent = ?, updated_at = UTC_TIMESTAMP(3),
         takeovers = takeovers + 1
   WHERE id = ? AND class_date_id = ? AND epoch = ? AND used_at IS NOT NULL AND revoked_at IS NULL
     AND takeovers < ${TAKEOVERS_MAX} AND holder_hash <> ? AND ${CLASS_IS_OPEN}`;

const REENTER = `
  SELECT id
    FROM zoom_secure_tokens
   WHERE id = ? AND class_date_id = ? AND holder_hash = ? AND revoked_at IS NULL AND ${CLASS_IS_OPEN}`;

const USER_AGENT_MAX = 255;

/**
 * Lets one browser in. Whoever claims first holds the pass, and comes back in with the same cookie until the class is
 * over or another browser has taken it over. The statement is the decision: 200 clicks at once make one holder. It always changes the row it matches, so the
 * count of affected rows means the same with FOUND_ROWS (mysql2's way) and without (Sequelize's).
 */
export function claimPass(deps: Deps, claimant: Claimant, origin: AuditOrigin): Promise<Claim> {
  return inTransaction(deps.db, async (transaction) => {
    const claim = await decide(deps, claimant, origin, transaction);
    if (claim === 'refused') return claim;
    const { passId, classDateId, quality } = claimant;
    await writeAudit(
      deps,
      origin,
      {
        action: 'join_attempt_success',
        entity: { type: 'zoom_secure_token', id: passId },
        metadata: { classDateId, quality, reentry: claim === 'reentered', takeover: claim === 'taken_over' },
      },
      transaction,
    );
    return claim;
  });
}

async function decide({ db }: Deps, claimant: Claimant, origin: AuditOrigin, transaction: Transaction): Promise<Claim> {
  const { passId, classDateId, holderHash, standing } = claimant;
  if (standing !== 'holder' && (await take(db, claimant, origin, transaction))) {
    return standing === 'free' ? 'claimed' : 'taken_over';
  }
  const held = await db.query(REENTER, {
    replacements: [passId, classDateId, holderHash, classDateId],
    type: QueryTypes.SELECT,
    transaction,
  });
  return held.length > 0 ? 'reentered' : 'refused';
}

async function take(
  db: Sequelize,
  { passId, classDateId, epoch, holderHash, standing, displaces }: Claimant,
  { ipAddress, userAgent }: AuditOrigin,
  transaction: Transaction,
): Promise<boolean> {
  const common = [holderHash, ipAddress, userAgent?.slice(0, USER_AGENT_MAX) ?? null, passId, classDateId, epoch];
  const replacements = [...common, ...(standing === 'free' ? [] : [holderHash]), classDateId];
  const former = displaces ? await lockHolder(db, passId, transaction) : null;
  const sql = standing === 'free' ? CLAIM : TAKE_OVER;
  const [, taken] = await db.query(sql, { replacements, type: QueryTypes.UPDATE, transaction });
  if (taken === 1 && former !== null) await remember(db, passId, former, transaction);
  return taken === 1;
}

/** The browser that is to be told; locked, so that of two takeovers at once the second displaces the first. */
async function lockHolder(db: Sequelize, passId: number, transaction: Transaction): Promise<string | null> {
  const [row] = await db.query<{ holder_hash: string | null }>(
    'SELECT holder_hash FROM zoom_secure_tokens WHERE id = ? FOR UPDATE',
    { replacements: [passId], type: QueryTypes.SELECT, transaction },
  );
  return row?.holder_hash ?? null;
}

async function remember(db: Sequelize, passId: number, former: string, transaction: Transaction): Promise<void> {
  await db.query(
    `INSERT INTO pass_former_holders (pass_id, holder_hash, replaced_at) VALUES (?, ?, UTC_TIMESTAMP(3))
       ON DUPLICATE KEY UPDATE replaced_at = UTC_TIMESTAMP(3)`,
    { replacements: [passId, former], type: QueryTypes.INSERT, transaction },
  );
}
