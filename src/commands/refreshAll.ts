import type { Deps } from '../deps';
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

async function refresh(
  deps: Deps,
  connection: ZoomConnection,
  dryRun: boolean,
): Promise<Omit<TeacherRefresh, 'teacherId'>> {
  if (!hasUsedHalf(connection, deps.clock.now())) return { outcome: 'fresh', reason: null };
  if (dryRun) return { outcome: 'would be renewed', reason: null };
  return refreshConnection(deps, { connectionId: connection.id });
}

function hasUsedHalf({ refreshedAt, tokenExpiresAt }: ZoomConnection, now: Date): boolean {
  if (!refreshedAt || !tokenExpiresAt) return true;
  return now.getTime() - refreshedAt.getTime() >= tokenExpiresAt.getTime() - now.getTime();
}
