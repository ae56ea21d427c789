import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomMeeting } from '../models/ZoomMeeting';

/**
 * A limit that is used up is not tried by each class of its host, for Zoom counts what it refuses, too: the meeting waits
 * until the host is free again.
 *
 * @param now the workflow's now; the host's pause is carried over as a distance from the real clock
 */
export async function waitsForLimit(
  { clock }: Pick<Deps, 'clock'>,
  meeting: ZoomMeeting,
  connection: ZoomConnection | null,
  now: Date,
  transaction: Transaction | null = null,
): Promise<boolean> {
  const pauseMs = (connection?.pausedUntil?.getTime() ?? 0) - clock.now().getTime();
  if (pauseMs <= 0) return false;
  meeting.nextAttemptAt = new Date(now.getTime() + pauseMs);
  await meeting.save({ transaction });
  return true;
}
