import type { Deps } from '../deps';
import { FieldErrors } from '../errors';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { refreshConnection, type RefreshResult } from './refreshConnection';

export interface TeacherRefresh {
  readonly teacherId: number;
  readonly outcome: RefreshResult['outcome'] | 'fresh' | 'would be renewed';
  readonly reason: string | null;
}

/** Renews every connected teacher's token that has used up half its life; one that fails stops no other. */
export async function refreshAll(deps: Deps, { dryRun }: { dryRun: boolean }): Promise<TeacherRefresh[]> {
  const connections = await ZoomConnection.findAll({ where: { state: 'connected' }, order: ['userId'] });
  const refreshes: TeacherRefresh[] = [];
  for (const connection of connections) {
    refreshes.push({ teacherId: connection.userId, ...(await refresh(deps, connection, dryRun)) });
  }
  return refreshes;
}

/**
 * The same for one teacher; `evenIfFresh` renews also a token that has life left.
 *
 * @throws FieldErrors when there is no such teacher
 */
export async function refreshTeacher(
  deps: Deps,
  teacherId: number,
  { dryRun, evenIfFresh }: { readonly dryRun: boolean; readonly evenIfFresh: boolean },
): Promise<TeacherRefresh> {
  const teacher = await User.count({ where: { id: teacherId, role: 'teacher' } });
  if (teacher === 0) throw new FieldErrors([{ field: 'teacher', message: `There is no teacher ${teacherId}.` }]);
  const connection = await ZoomConnection.findOne({ where: { userId: teacherId, state: 'connected' } });
  if (!connection) return { teacherId, outcome: 'not connected', reason: null };
  return { teacherId, ...(await refresh(deps, connection, dryRun, evenIfFresh)) };
}

async function refresh(
  deps: Deps,
  connection: ZoomConnection,
  dryRun: boolean,
  evenIfFresh = false,
): Promise<Omit<TeacherRefresh, 'teacherId'>> {
  if (!evenIfFresh && !hasUsedHalf(connection, deps.clock.now())) return { outcome: 'fresh', reason: null };
  if (dryRun) return { outcome: 'would be renewed', reason: null };
  return refreshConnection(deps, { connectionId: connection.id });
}

function hasUsedHalf({ refreshedAt, tokenExpiresAt }: ZoomConnection, now: Date): boolean {
  if (!refreshedAt || !tokenExpiresAt) return true;
  return now.getTime() - refreshedAt.getTime() >= tokenExpiresAt.getTime() - now.getTime();
}
