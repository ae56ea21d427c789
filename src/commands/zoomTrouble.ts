import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { MINUTE_MS } from '../domain/clock';
import type { StateReason } from '../domain/classStates';
import { ZoomConnection } from '../models/ZoomConnection';
import {
  ZoomDailyLimit,
  ZoomError,
  ZoomMisconfigured,
  ZoomNeedsReconnect,
  ZoomNotConfigured,
  ZoomRateLimited,
  ZoomRefused,
  ZoomTokensLocked,
  type DailyLimitOf,
} from '../zoom/errors';
import { reportTrouble } from './openIncident';

export interface ZoomTrouble {
  readonly reason: StateReason;
  /** When Zoom may be asked again, in the workflow's time; null: not before something changes. */
  readonly nextAttemptAt: Date | null;
}

type TroubleDeps = Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>;

/** Waits after the first, second, … failure in a row, in ms; the last one repeats. */
const UNREACHABLE_WAITS_MS = [10_000, 20_000, 40_000, MINUTE_MS];
const REFUSED_WAITS_MS = [MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS];

/**
 * What a failed call to Zoom means for whoever made it. A limit pauses what Zoom counts: the teacher's whole account, or
 * this host alone; one registrant's pauses nobody.
 *
 * @param now the workflow's now; Zoom's own instants are carried over as a distance from the real clock
 * @throws the error itself when it is not Zoom's
 */
export async function zoomTrouble(
  deps: TroubleDeps,
  error: unknown,
  { teacherId, attempts, now }: { teacherId: number; attempts: number; now: Date },
): Promise<ZoomTrouble> {
  if (!(error instanceof ZoomError)) throw error;
  const later = (waits: readonly number[]) => {
    const waitMs = waits[Math.min(attempts, waits.length) - 1] ?? waits[0] ?? MINUTE_MS;
    return new Date(now.getTime() + waitMs);
  };
  if (error instanceof ZoomRateLimited || error instanceof ZoomDailyLimit) {
    await pause(teacherId, error.until, error instanceof ZoomDailyLimit ? error.of : 'account');
    const waitMs = Math.max(1_000, error.until.getTime() - deps.clock.now().getTime());
    const reason = error instanceof ZoomDailyLimit ? 'zoom_daily_limit' : 'zoom_unreachable';
    return { reason, nextAttemptAt: new Date(now.getTime() + waitMs) };
  }
  if (error instanceof ZoomNeedsReconnect) return { reason: 'teacher_not_connected', nextAttemptAt: null };
  if (error instanceof ZoomNotConfigured || error instanceof ZoomMisconfigured) {
    await reportTrouble(deps, { cause: 'zoom_credentials' });
    return { reason: 'zoom_not_configured', nextAttemptAt: later([MINUTE_MS]) };
  }
  if (error instanceof ZoomTokensLocked) {
    await reportTrouble(deps, { cause: 'encryption_key' });
    return { reason: 'zoom_not_configured', nextAttemptAt: later([MINUTE_MS]) };
  }
  if (error instanceof ZoomRefused) return { reason: 'zoom_refused', nextAttemptAt: later(REFUSED_WAITS_MS) };
  if (attempts > 1) await reportTrouble(deps, { cause: 'zoom_unreachable' });
  return { reason: 'zoom_unreachable', nextAttemptAt: later(UNREACHABLE_WAITS_MS) };
}

async function pause(teacherId: number, until: Date, of: DailyLimitOf): Promise<void> {
  if (of === 'registrant') return;
  const connection = await ZoomConnection.findOne({ where: { userId: teacherId } });
  if (!connection) return;
  const { zoomAccountId } = connection;
  const whose = of === 'account' && zoomAccountId ? { zoomAccountId } : { userId: teacherId };
  await ZoomConnection.update(
    { pausedUntil: until },
    { where: { ...whose, [Op.or]: [{ pausedUntil: null }, { pausedUntil: { [Op.lt]: until } }] } },
  );
}

/** What may be kept and shown of an error: its kind and Zoom's code, never a message that could quote an address. */
export function describeZoomError(error: unknown): string {
  if (error instanceof ZoomRefused) return `Zoom refused it (status ${error.status}, code ${error.code ?? 'none'})`;
  return error instanceof Error ? error.name : 'unknown error';
}
