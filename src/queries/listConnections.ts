import { nextRefreshAt } from '../domain/refreshTimes';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { findClassSpans } from './findClassSpans';
import { countTouchedClasses } from './touchedClasses';

/** How a teacher's connection stands; instants as ISO texts. */
export interface ConnectionRow {
  readonly teacherId: number;
  readonly name: string;
  /** the teacher is disabled; their connection is kept and renewed all the same */
  readonly disabled: boolean;
  readonly state: 'connected' | 'needs_reconnect' | 'disconnected' | 'never connected';
  readonly reason: string | null;
  readonly licence: 'licensed' | 'basic' | null;
  readonly refreshedAt: string | null;
  readonly nextRefreshAt: string | null;
  /** classes of the next 24 hours that are still to come */
  readonly classesSoon: number;
}

export async function listConnections(now: Date): Promise<ConnectionRow[]> {
  const teachers = await User.findAll({ where: { role: 'teacher' }, order: ['id'] });
  const connections = await ZoomConnection.findAll();
  const byTeacher = new Map(connections.map((connection) => [connection.userId, connection]));
  const rows: ConnectionRow[] = [];
  for (const { id, fullName, disabledAt } of teachers) {
    const teacher = { teacherId: id, name: fullName, disabled: disabledAt !== null };
    rows.push({ ...teacher, ...(await standing(id, byTeacher.get(id), now)) });
  }
  return rows;
}

async function standing(
  teacherId: number,
  connection: ZoomConnection | undefined,
  now: Date,
): Promise<Omit<ConnectionRow, 'teacherId' | 'name' | 'disabled'>> {
  const classesSoon = await countTouchedClasses({ cause: 'teacher_connection', userId: teacherId }, now);
  if (!connection) {
    const never = { state: 'never connected', reason: null, licence: null } as const;
    return { ...never, refreshedAt: null, nextRefreshAt: null, classesSoon };
  }
  const { state, stateReason, licensed, refreshedAt, tokenExpiresAt } = connection;
  const connected = state === 'connected' && refreshedAt !== null && tokenExpiresAt !== null;
  const next = connected
    ? nextRefreshAt({ refreshedAt, tokenExpiresAt, classes: await findClassSpans(teacherId, now) }, now)
    : null;
  return {
    state,
    reason: stateReason,
    licence: state === 'disconnected' ? null : licensed ? 'licensed' : 'basic',
    refreshedAt: refreshedAt?.toISOString() ?? null,
    nextRefreshAt: next?.toISOString() ?? null,
    classesSoon,
  };
}
