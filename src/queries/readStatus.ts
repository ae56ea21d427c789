import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findClassTimeSettings } from './findZoomSettings';
import { readHealth } from './readHealth';
import { readZoomSettings } from './readZoomSettings';

const FEW = 5;
const TEN = 10;

/** The whole at a glance: what the seed's operators look up by hand. No secret, nobody's name or address. */
export async function readStatus(deps: Deps) {
  const [settings, classTimes, meetings, passes, audits, health] = await Promise.all([
    readZoomSettings(deps),
    findClassTimeSettings(),
    ZoomMeeting.findAll({ order: [['id', 'DESC']], limit: FEW }),
    ZoomSecureToken.findAll({ order: [['id', 'DESC']], limit: FEW }),
    ZoomAuditLog.findAll({ order: [['id', 'DESC']], limit: TEN }),
    readHealth(deps),
  ]);
  const { clientId, clientSecret, webhookSecret, row } = settings;
  return {
    health: { status: health.status, reasons: health.reasons, warnings: health.warnings },
    settings: {
      ...{ clientId: clientId !== null, clientSecret: clientSecret !== null, webhookSecret: webhookSecret !== null },
      redirectUri: row?.redirectUri ?? null,
      classTimes,
    },
    meetings: meetings.map(({ id, classDateId, state, startTime, createdAt }) => ({
      ...{ id, classDateId, state, startTime, createdAt },
    })),
    passes: passes.map(({ id, classDateId, usedAt, revokedAt, createdAt }) => ({
      ...{ id, classDateId, usedAt, revokedAt, createdAt },
    })),
    audits: audits.map(({ id, action, entityType, entityId, createdAt }) => ({
      ...{ id, action, entityType, entityId, createdAt },
    })),
    tables: await readTableSizes(deps),
  };
}

export type Status = Awaited<ReturnType<typeof readStatus>>;

export interface TableSize {
  readonly name: string;
  /** as the database estimates them */
  readonly rows: number;
  readonly megabytes: number;
}

/** Every table, the largest first. */
export async function readTableSizes({ db }: Pick<Deps, 'db'>): Promise<TableSize[]> {
  const sizes = await db.query<{ name: string; rowCount: number | string; bytes: number | string }>(
    `SELECT table_name AS name, COALESCE(table_rows, 0) AS rowCount,
            COALESCE(data_length, 0) + COALESCE(index_length, 0) AS bytes
       FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 3 DESC, 1`,
    { type: QueryTypes.SELECT },
  );
  const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 100) / 100;
  return sizes.map(({ name, rowCount, bytes }) => ({
    name,
    rows: Number(rowCount),
    megabytes: megabytes(Number(bytes)),
  }));
}
