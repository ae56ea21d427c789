import { Op, type WhereOptions } from 'sequelize';
import type { AuditAction } from '../domain/auditActions';
import { User } from '../models/User';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken } from '../models/ZoomSecureToken';

/** What rows are asked for; what is undefined asks nothing. */
export interface AuditFilter {
  readonly action?: AuditAction | undefined;
  /** any of these people; none for an empty list */
  readonly userIds?: readonly number[] | undefined;
  readonly entityType?: string | undefined;
  readonly entityId?: number | undefined;
  /** one address in the forms it may be written in */
  readonly ipAddresses?: readonly string[] | undefined;
  readonly from?: Date | undefined;
  /** the first instant that is not asked for any more */
  readonly until?: Date | undefined;
}

export interface AuditRow {
  readonly audit: ZoomAuditLog;
  /** null where it names nobody, or somebody who is gone */
  readonly user: User | null;
}

/** The rows of a filter, newest first, below that id. */
export async function findAudits(filter: AuditFilter, before: number | null, limit: number): Promise<AuditRow[]> {
  const below = before === null ? [] : [{ id: { [Op.lt]: before } }];
  const audits = await ZoomAuditLog.findAll({
    where: { [Op.and]: [whereOf(filter), ...below] },
    order: [['id', 'DESC']],
    limit,
  });
  const people = await User.findAll({ where: { id: [...new Set(audits.flatMap(({ userId }) => userId ?? []))] } });
  const byId = new Map(people.map((person) => [person.id, person]));
  return audits.map((audit) => ({ audit, user: byId.get(audit.userId ?? 0) ?? null }));
}

/** The rows of a filter a batch at a time, newest first; rows that come meanwhile are left out. */
export async function* eachAuditBatch(filter: AuditFilter, before: number, batch: number): AsyncGenerator<AuditRow[]> {
  for (let below = before; ;) {
    const rows = await findAudits(filter, below, batch);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    below = last.audit.id;
  }
}

export interface AuditCounts {
  readonly total: number;
  /** most frequent first */
  readonly byAction: readonly { readonly action: string; readonly count: number }[];
}

export async function countAudits(filter: AuditFilter, before: number | null = null): Promise<AuditCounts> {
  const below = before === null ? [] : [{ id: { [Op.lt]: before } }];
  const rows = await ZoomAuditLog.count({
    where: { [Op.and]: [whereOf(filter), ...below] },
    attributes: ['action'],
    group: ['action'],
  });
  const byAction = rows.map(({ action, count }) => ({ action: String(action), count }));
  byAction.sort((one, other) => other.count - one.count || one.action.localeCompare(other.action));
  return { total: byAction.reduce((sum, { count }) => sum + count, 0), byAction };
}

export async function newestAuditId(): Promise<number> {
  return (await ZoomAuditLog.max<number | null, ZoomAuditLog>('id')) ?? 0;
}

/** The class dates that meetings and join passes of these rows belong to, by `type:id`. */
export async function findClassesOf(rows: readonly AuditRow[]): Promise<ReadonlyMap<string, number>> {
  const idsOf = (type: string) =>
    rows.flatMap(({ audit }) => (audit.entityType === type && audit.entityId !== null ? [audit.entityId] : []));
  const attributes = ['id', 'classDateId'];
  const [meetings, passes] = await Promise.all([
    ZoomMeeting.findAll({ attributes, where: { id: idsOf('zoom_meeting') } }),
    ZoomSecureToken.findAll({ attributes, where: { id: idsOf('zoom_secure_token') } }),
  ]);
  return new Map([
    ...meetings.map(({ id, classDateId }) => [`zoom_meeting:${id}`, classDateId] as const),
    ...passes.map(({ id, classDateId }) => [`zoom_secure_token:${id}`, classDateId] as const),
  ]);
}

function whereOf({ action, userIds, entityType, entityId, ipAddresses, from, until }: AuditFilter): WhereOptions {
  return {
    ...(action === undefined ? {} : { action }),
    ...(userIds === undefined ? {} : { userId: [...userIds] }),
    ...(entityType === undefined ? {} : { entityType }),
    ...(entityId === undefined ? {} : { entityId }),
    ...(ipAddresses === undefined ? {} : { ipAddress: [...ipAddresses] }),
    ...(from || until
      ? { createdAt: { ...(from ? { [Op.gte]: from } : {}), ...(until ? { [Op.lt]: until } : {}) } }
      : {}),
  };
}
