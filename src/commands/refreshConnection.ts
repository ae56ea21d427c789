import type { Deps } from '../deps';
import { ZoomConnection } from '../models/ZoomConnection';
import {
  ZoomError,
  ZoomMisconfigured,
  ZoomNeedsReconnect,
  ZoomNotConfigured,
  ZoomTokensLocked,
  ZoomUnreachable,
} from '../zoom/errors';
import { freshToken } from '../zoom/freshToken';
import { reportTrouble } from './openIncident';

/** `kept`: it could not be renewed now, and is as good as it was; `dead`: the teacher must connect again. */
type RefreshOutcome = 'renewed' | 'kept' | 'dead' | 'not connected';

export interface RefreshResult {
  readonly outcome: RefreshOutcome;
  /** why it was not renewed: the name of the error, never its text */
  readonly reason: string | null;
}

/**
 * Renews a teacher's token before it is needed. Whatever goes wrong, only Zoom's own refusal of the consent costs the
 * connection.
 */
export async function refreshConnection(
  deps: Deps,
  { connectionId }: { connectionId: number },
): Promise<RefreshResult> {
  const connection = await ZoomConnection.findByPk(connectionId);
  if (connection?.state !== 'connected') return { outcome: 'not connected', reason: null };
  try {
    await freshToken(deps, connection.userId, connection.version);
    return { outcome: 'renewed', reason: null };
  } catch (error) {
    if (!(error instanceof ZoomError)) throw error;
    if (error instanceof ZoomNeedsReconnect) return { outcome: 'dead', reason: error.name };
    await report(deps, error);
    return { outcome: 'kept', reason: error.name };
  }
}

async function report(deps: Deps, error: ZoomError): Promise<void> {
  if (error instanceof ZoomMisconfigured || error instanceof ZoomNotConfigured) {
    await reportTrouble(deps, { cause: 'zoom_credentials' });
  }
  if (error instanceof ZoomTokensLocked) await reportTrouble(deps, { cause: 'encryption_key' });
  if (error instanceof ZoomUnreachable) await reportTrouble(deps, { cause: 'zoom_unreachable' });
}
