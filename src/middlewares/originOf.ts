import { isIP } from 'node:net';
import type { AuditOrigin } from '../commands/writeAudit';
import type { AppContext } from './context';

/** Who sends this request and from where, for the audit log and the limits. */
export function originOf(ctx: AppContext): AuditOrigin {
  return { userId: ctx.state.user?.id ?? null, ipAddress: addressOf(ctx), userAgent: ctx.get('User-Agent') || null };
}

/** X-Forwarded-For is a text that anybody may write when the proxy does not; some proxies put a port behind. */
function addressOf(ctx: AppContext): string | null {
  const given = ctx.ip.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2');
  return isIP(given) === 0 ? (ctx.req.socket.remoteAddress ?? null) : given;
}
