import type { AuditOrigin } from '../commands/writeAudit';
import { ipKey, ipText } from '../security/ipRange';
import type { AppContext } from './context';

/** Who sends this request and from where, for the audit log, the limits and the blocks. */
export function originOf(ctx: AppContext): AuditOrigin {
  return { userId: ctx.state.user?.id ?? null, ipAddress: addressOf(ctx), userAgent: ctx.get('User-Agent') || null };
}

/** The proxies that this request came by, as far as we trust them; none when it came to us directly. */
export function proxiesOf(ctx: AppContext): string[] {
  if (ctx.ips.length === 0) return [];
  return [...ctx.ips.slice(1), peerOf(ctx)].flatMap((given) => oneSpelling(given) ?? []);
}

/** X-Forwarded-For is a text that anybody may write when the proxy does not. */
function addressOf(ctx: AppContext): string | null {
  return oneSpelling(ctx.ip) ?? oneSpelling(peerOf(ctx));
}

function peerOf(ctx: AppContext): string {
  return ctx.req.socket.remoteAddress ?? '';
}

/** Some proxies put a port behind, and ::ffff:192.0.2.7 is 192.0.2.7: one client has one address. */
function oneSpelling(given: string): string | null {
  const key = ipKey(given.replace(/^\[(.*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2'));
  return key === null ? null : ipText(key);
}
