import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { startOfSpan } from '../domain/spans';
import type { IpRange } from '../security/ipRange';
import { IP_KEY } from './ipKeySql';

/** What a block would have kept out in the last 30 days, had it stood. */
export interface BlockCost {
  readonly joins: number;
  readonly passes: number;
}

const SQL = `
  SELECT COUNT(*) AS joins, COUNT(DISTINCT entity_id) AS passes
    FROM zoom_audit_logs
   WHERE action = 'join_attempt_success' AND created_at >= ? AND created_at <= ? AND ${IP_KEY} BETWEEN ? AND ?`;

export async function findBlockCost(db: Sequelize, { start, end }: IpRange, now: Date): Promise<BlockCost> {
  const replacements = [sqlInstant(startOfSpan('30d', now)), sqlInstant(now), start, end];
  const [cost] = await db.query<BlockCost>(SQL, { replacements, type: QueryTypes.SELECT });
  return cost ?? { joins: 0, passes: 0 };
}
