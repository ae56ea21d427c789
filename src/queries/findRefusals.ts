import { QueryTypes, type Sequelize } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { REFUSED_ACTIONS, type RefusedAction } from '../domain/refusedActions';
import type { IpRange } from '../security/ipRange';
import { IP_KEY } from './ipKeySql';

export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export interface RefusalFilters {
  /** null: whatever the reason */
  readonly reason: RefusedAction | null;
  /** null: from anywhere */
  readonly address: IpRange | null;
  /** only those with a smaller id */
  readonly before: number | null;
}

export interface RefusalRow {
  readonly id: number;
  readonly action: RefusedAction;
  readonly entityType: string | null;
  readonly entityId: number | null;
  readonly metadata: string | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
}

export const PAGE_SIZE = 50;

/** The conditions stand in one place, each in brackets of its own: an OR beside an AND would count all rows of all time. */
const REFUSED_IN_PERIOD = `(action IN (:actions)) AND (created_at >= :from) AND (created_at <= :to)`;

export async function countByReason(db: Sequelize, period: Period): Promise<Map<RefusedAction, number>> {
  const rows = await db.query<{ action: RefusedAction; count: number }>(
    `SELECT action, COUNT(*) AS count FROM zoom_audit_logs WHERE ${REFUSED_IN_PERIOD} GROUP BY action`,
    { replacements: { ...instantsOf(period), actions: REFUSED_ACTIONS }, type: QueryTypes.SELECT },
  );
  return new Map(rows.map(({ action, count }) => [action, count]));
}

/** One page of refusals, newest first, and whether older ones follow. */
export async function listRefusals(
  db: Sequelize,
  period: Period,
  { reason, address, before }: RefusalFilters,
): Promise<{ refusals: RefusalRow[]; more: boolean }> {
  const conditions = [
    REFUSED_IN_PERIOD,
    ...(address ? [`(${IP_KEY} BETWEEN :start AND :end)`] : []),
    ...(before === null ? [] : ['(id < :before)']),
  ];
  const rows = await db.query<RefusalRow>(
    `SELECT id, action, entity_type AS entityType, entity_id AS entityId, metadata, ip_address AS ipAddress,
            user_agent AS userAgent, created_at AS createdAt
       FROM zoom_audit_logs WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${PAGE_SIZE + 1}`,
    {
      replacements: {
        ...instantsOf(period),
        actions: reason === null ? REFUSED_ACTIONS : [reason],
        start: address?.start,
        end: address?.end,
        before,
      },
      type: QueryTypes.SELECT,
    },
  );
  return { refusals: rows.slice(0, PAGE_SIZE), more: rows.length > PAGE_SIZE };
}

function instantsOf({ from, to }: Period) {
  return { from: sqlInstant(from), to: sqlInstant(to) };
}
