import type { AuditAction } from './auditActions';

/** What the security log counts: attempts to get in, or to tell us something, that were refused. */
export const REFUSED_ACTIONS = [
  'join_attempt_invalid_token',
  'join_attempt_unauthorized',
  'join_attempt_expired',
  'join_attempt_no_token',
  'join_attempt_mismatched_class',
  'join_attempt_blocked',
  'webhook_signature_failed',
  'sign_in_refused',
] as const satisfies readonly AuditAction[];

export type RefusedAction = (typeof REFUSED_ACTIONS)[number];
