import type { Deps } from '../deps';
import { MINUTE_MS } from '../domain/clock';
import { nextRefreshAt } from '../domain/refreshTimes';
import { ZoomConnection } from '../models/ZoomConnection';
import { findClassSpans } from '../queries/findClassSpans';

/** What the workflow is told of a connection: words and instants, nothing of a person. */
export interface ConnectionLook {
  readonly teacherId: number;
  readonly phase: string;
  readonly steps: readonly 'refreshConnection'[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

const RETRY_MS = 5 * MINUTE_MS;

/**
 * Says when a teacher's token is to be renewed. Tokens live by the real clock, so their instants are carried over to the
 * workflow's `now` as distances.
 *
 * @returns null when there is no such connection
 */
export async function lookAtConnection(
  { clock }: Pick<Deps, 'clock'>,
  { connectionId, now }: { connectionId: number; now: Date },
): Promise<ConnectionLook | null> {
  const connection = await ZoomConnection.findByPk(connectionId);
  if (!connection) return null;
  const { userId: teacherId, state } = connection;
  if (state !== 'connected') {
    return { teacherId, phase: state, steps: [], nextLookAt: null, waitingFor: 'nothing' };
  }
  const dueAt = await refreshDueAt(connection, now, now.getTime() - clock.now().getTime());
  const due = dueAt <= now;
  const nextLookAt = due ? new Date(now.getTime() + RETRY_MS) : dueAt;
  return {
    teacherId,
    phase: state,
    steps: due ? ['refreshConnection'] : [],
    nextLookAt: nextLookAt.toISOString(),
    waitingFor: due ? 'tries again' : 'renews the token',
  };
}

/** @param skewMs what is added to an instant of the real clock to have it in the workflow's time */
async function refreshDueAt(connection: ZoomConnection, now: Date, skewMs = 0): Promise<Date> {
  const { userId, refreshedAt, tokenExpiresAt } = connection;
  if (!refreshedAt || !tokenExpiresAt) return now;
  const shifted = (instant: Date) => new Date(instant.getTime() + skewMs);
  const classes = await findClassSpans(userId, now);
  return nextRefreshAt({ refreshedAt: shifted(refreshedAt), tokenExpiresAt: shifted(tokenExpiresAt), classes }, now);
}
