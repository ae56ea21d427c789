import { AppError } from '../errors';
import { ZoomError, ZoomMisconfigured, ZoomNeedsReconnect } from './errors';

/** One word about why connecting or renewing failed, for the audit log. */
export function refusalReason(error: unknown): string {
  if (error instanceof AppError) return error.code;
  if (error instanceof ZoomNeedsReconnect) return error.reason;
  if (error instanceof ZoomMisconfigured) return `misconfigured_${error.part}`;
  return error instanceof ZoomError ? error.name : 'fault';
}
