import { AppError } from '../errors';
import {
  ZoomError,
  ZoomMisconfigured,
  ZoomNeedsReconnect,
  ZoomNotConfigured,
  ZoomRateLimited,
  ZoomTokensLocked,
  type MisconfiguredPart,
} from '../zoom/errors';

/** What went wrong while connecting, and what to do, for the teacher; null for a fault of ours. */
export function connectionTrouble(error: unknown): string | null {
  if (error instanceof AppError) return error.message;
  if (!(error instanceof ZoomError)) return null;
  const adminMust = adminMustAct(error);
  if (adminMust !== null) return adminMust;
  if (error instanceof ZoomNeedsReconnect) {
    return `${lossInWords(error.reason)} ${WHAT_TO_DO[error.reason] ?? 'Press “Connect Zoom” to try again.'}`;
  }
  if (error instanceof ZoomRateLimited) return 'Zoom is busy. Wait a minute, then press “Connect Zoom” again.';
  return 'Zoom does not answer now. Press “Connect Zoom” to try again.';
}

/** The same of a renewal, which a connection survives unless Zoom says that it is over. */
export function renewalTrouble(error: unknown): string | null {
  if (error instanceof AppError) return error.message;
  if (!(error instanceof ZoomError)) return null;
  const adminMust = adminMustAct(error);
  if (adminMust !== null) return `${adminMust} Until then your connection stays as it was.`;
  if (error instanceof ZoomNeedsReconnect) {
    return `${lossInWords(error.reason)} ${WHAT_TO_DO[error.reason] ?? 'Press “Connect Zoom” to connect again.'}`;
  }
  return 'Zoom does not answer now, so your connection stays as it was. Nothing is lost; try again in a few minutes.';
}

/** Why a connection or a consent is no good. */
export function lossInWords(reason: string | null): string {
  return LOSSES[reason ?? ''] ?? 'Zoom no longer accepts our connection to your account.';
}

const LOSSES: Readonly<Record<string, string>> = {
  code_expired: 'Zoom’s answer was too old: it is good for five minutes.',
  code_invalid: 'Zoom did not accept this answer; it may have been used already.',
  scopes_missing: 'Zoom did not give us every permission a class needs.',
  app_disabled: 'The admin of your Zoom account does not allow our app.',
  owner_gone: 'The Zoom account that was connected no longer exists.',
  app_changed: 'Our Zoom app was replaced by another, so every teacher has to connect once more.',
  token_unreadable: 'What we had stored of your connection could no longer be read.',
  revoked: 'The permission was withdrawn at Zoom, or given anew somewhere else.',
  app_deauthorized: 'Our app was removed from your Zoom account, so we have deleted what we knew of it.',
};

const WHAT_TO_DO: Readonly<Record<string, string>> = {
  scopes_missing: 'Press “Connect Zoom” and leave every permission ticked.',
  app_disabled: 'Ask that admin to allow it, then press “Connect Zoom” again.',
  owner_gone: 'Press “Connect Zoom” and sign in with the account you use now.',
};

function adminMustAct(error: ZoomError): string | null {
  if (error instanceof ZoomNotConfigured) return 'Our Zoom app is not set up yet. An admin has to do that first.';
  if (error instanceof ZoomTokensLocked)
    return 'A key is missing on our side. An admin has to put it back; then try again.';
  return error instanceof ZoomMisconfigured ? ADMIN_MUST[error.part] : null;
}

const ADMIN_MUST: Readonly<Record<MisconfiguredPart, string>> = {
  client: 'Zoom does not accept our app’s settings. An admin has to check them; then try again.',
  redirect: 'Zoom does not know our address. An admin must correct the app’s redirect address; then try again.',
  permissions: 'Our app asks Zoom for a permission it does not have. An admin must correct the app; then try again.',
  app_off: 'Our app is switched off at Zoom. An admin must switch it on again; then try again.',
  host: 'Zoom sent us to an address we do not trust. An admin has to check the settings; then try again.',
};
