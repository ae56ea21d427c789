import { AppError } from '../errors';
import type { ZoomConnection } from '../models/ZoomConnection';
import { ZoomError, ZoomMisconfigured, ZoomNeedsReconnect, ZoomNotConfigured, ZoomRateLimited } from '../zoom/errors';
import { formatInstant } from './classTime';

export interface PresentedConnection {
  readonly state: 'connected' | 'needs_reconnect' | 'disconnected';
  readonly email: string | null;
  readonly basic: boolean;
  readonly connectedAt: string | null;
  readonly refreshedAt: string | null;
}

export function presentZoomConnection(connection: ZoomConnection | null, zone: string): PresentedConnection {
  const instant = (at: Date | null | undefined) => (at ? formatInstant(at, zone) : null);
  return {
    state: connection?.state ?? 'disconnected',
    email: connection?.zoomEmail ?? null,
    basic: connection?.state === 'connected' && !connection.licensed,
    connectedAt: instant(connection?.connectedAt),
    refreshedAt: instant(connection?.refreshedAt),
  };
}

/** What went wrong while connecting, and what to do, for the teacher; null for a fault of ours. */
export function connectionTrouble(error: unknown): string | null {
  if (error instanceof AppError) return error.message;
  if (!(error instanceof ZoomError)) return null;
  if (error instanceof ZoomNotConfigured || error instanceof ZoomMisconfigured) {
    return 'Zoom does not accept our app’s settings. An admin has to check them; then try again.';
  }
  if (error instanceof ZoomNeedsReconnect) {
    return 'Zoom did not accept this answer; it may have been used or too old. Press “Connect Zoom” to try again.';
  }
  if (error instanceof ZoomRateLimited) return 'Zoom is busy. Wait a minute, then press “Connect Zoom” again.';
  return 'Zoom does not answer now. Press “Connect Zoom” to try again.';
}
