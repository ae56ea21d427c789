import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { REFUSED_ACTIONS, type RefusedAction } from '../domain/refusedActions';
import { networkText } from '../security/networkOf';
import type { Period } from './findRefusals';
import { NETWORK_KEY } from './ipKeySql';

export interface TopAddress {
  /** of its first address, as src/security/ipRange makes it */
  readonly key: string;
  readonly address: string;
  readonly refusals: number;
  readonly lastSeen: Date;
  readonly reasons: readonly { readonly action: RefusedAction; readonly count: number }[];
  /** how often somebody was let in from there meanwhile */
  readonly joins: number;
}

const LIMIT = 20;

const TOP = `
  SELECT ${NETWORK_KEY} AS ipKey, COUNT(*) AS refusals, MAX(created_at) AS lastSeen
    FROM zoom_audit_logs
   WHERE action IN (:actions) AND created_at >= :from AND created_at <= :to
   GROUP BY ipKey HAVING ipKey IS NOT NULL
   ORDER BY refusals DESC, lastSeen DESC, ipKey
   LIMIT ${LIMIT}`;

const BY_ACTION = `
  SELECT ${NETWORK_KEY} AS ipKey, action, COUNT(*) AS count
    FROM zoom_audit_logs
   WHERE action IN (:actions) AND created_at >= :from AND created_at <= :to AND ${NETWORK_KEY} IN (:keys)
   GROUP BY ipKey, action
   ORDER BY count DESC, action`;

interface Top {
  readonly ipKey: string;
  readonly refusals: number;
  readonly lastSeen: Date;
}

interface ByAction {
  readonly ipKey: string;
  readonly action: RefusedAction | 'join_attempt_success';
  readonly count: number;
}

/** The networks that were refused most often, of IPv6 whole /64s as limits count them, each with what came of its attempts. */
export async function listTopAddresses(db: Sequelize, { from, to }: Period): Promise<TopAddress[]> {
  const period = { from: sqlInstant(from), to: sqlInstant(to) };
  const replacements = { ...period, actions: REFUSED_ACTIONS };
  const tops = await db.query<Top>(TOP, { replacements, type: QueryTypes.SELECT });
  if (tops.length === 0) return [];
  const keys = tops.map(({ ipKey }) => ipKey);
  const counts = await db.query<ByAction>(BY_ACTION, {
    replacements: { ...period, keys, actions: [...REFUSED_ACTIONS, 'join_attempt_success'] },
    type: QueryTypes.SELECT,
  });
  return tops.map(({ ipKey, refusals, lastSeen }) => {
    const own = counts.filter((row) => row.ipKey === ipKey);
    return {
      ...{ key: ipKey, address: networkText(ipKey), refusals, lastSeen },
      reasons: own.flatMap(({ action, count }) => (action === 'join_attempt_success' ? [] : [{ action, count }])),
      joins: own.find(({ action }) => action === 'join_attempt_success')?.count ?? 0,
    };
  });
}
