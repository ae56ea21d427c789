import type { AuditOrigin } from '../commands/writeAudit';
import type { AppContext } from './context';

/** Who sends this request and from where, for the audit log. */
export function originOf(ctx: AppContext): AuditOrigin {
  return { userId: ctx.state.user?.id ?? null, ipAddress: ctx.ip || null, userAgent: ctx.get('User-Agent') || null };
}
