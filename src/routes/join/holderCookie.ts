import { createHash, randomBytes } from 'node:crypto';
import type { Deps } from '../../deps';
import type { AppContext } from '../../middlewares/context';

type CookieDeps = Pick<Deps, 'config' | 'signingKeys'>;

/** Long enough for a mail opened weeks before its class; each visit begins it anew. */
const MAX_AGE_MS = 60 * 24 * 60 * 60_000;
const VALUE = /^[A-Za-z0-9_-]{43}$/;

/** The random name of this browser; null when it has none yet, or does not take cookies. */
export function readHolder(ctx: AppContext, deps: CookieDeps): string | null {
  const value = ctx.cookies.get(cookieName(deps), { signed: false });
  return value !== undefined && VALUE.test(value) ? value : null;
}

/** Names this browser if it has no name yet. Nothing is stored on our side before it claims a pass. */
export function keepHolder(ctx: AppContext, deps: CookieDeps): string {
  const holder = readHolder(ctx, deps) ?? randomBytes(32).toString('base64url');
  const secure = isHttps(deps);
  // TLS ends at the proxy, so the connection to us need not look secure for the browser's to be.
  ctx.cookies.secure = secure;
  ctx.cookies.set(cookieName(deps), holder, {
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure,
    signed: false,
    maxAge: MAX_AGE_MS,
  });
  return holder;
}

/** What MySQL keeps of a browser's name. */
export function hashHolder(holder: string): string {
  return createHash('sha256').update(holder).digest('hex');
}

/** Proves that a click comes from a page we gave to this browser for this pass. Stateless: it lasts as long as the key. */
export function makeNonce({ signingKeys }: CookieDeps, holder: string, passId: number): string {
  const keyId = signingKeys.currentId;
  return `${keyId}.${signingKeys.sign('nonce', `${holder}|${passId}`, keyId).toString('base64url')}`;
}

export function verifyNonce({ signingKeys }: CookieDeps, nonce: string, holder: string, passId: number): boolean {
  const [keyId = '', signature = ''] = nonce.split('.');
  return signingKeys.verify('nonce', `${holder}|${passId}`, Buffer.from(signature, 'base64url'), keyId);
}

function cookieName(deps: CookieDeps): string {
  return isHttps(deps) ? '__Host-join' : 'join';
}

function isHttps({ config }: CookieDeps): boolean {
  return config.appUrl.startsWith('https://');
}
