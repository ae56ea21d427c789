import { createHash, randomBytes } from 'node:crypto';
import type Koa from 'koa';
import type { Middleware } from 'koa';
import koaSession from 'koa-session';
import type { Deps } from '../deps';
import { Session } from '../models/Session';
import type { AppState } from './context';

const IDLE_MS = 12 * 60 * 60_000;
const ABSOLUTE_MS = 7 * 24 * 60 * 60_000;

/** What a session may hold; all of it in MySQL, the cookie is only its name. */
export interface SessionData {
  userId?: number;
  /** of that user when they signed in */
  epoch?: number;
  csrfSecret?: string;
  flash?: { kind: 'good' | 'bad'; text: string }[];
  /** an OAuth consent under way, and the path to go on to after it */
  zoomConsent?: { state: string; verifier: string; expiresAt: number; next?: string };
  /** Zoom settings that wait for a confirmation, encrypted */
  zoomSettingsDraft?: { sealed: string; expiresAt: number };
}

/** Sessions as rows, so that they can be ended; made only when there is something to keep. */
export function session(app: Koa, { config }: Pick<Deps, 'config'>): Middleware<AppState> {
  const secure = config.appUrl.startsWith('https://');
  const middleware = koaSession(
    {
      key: secure ? '__Host-session' : 'session',
      secure,
      httpOnly: true,
      sameSite: 'lax',
      path: '/',
      signed: true,
      rolling: false,
      renew: true,
      maxAge: IDLE_MS,
      genid: () => randomBytes(32).toString('base64url'),
      store: { get: findSession, set: saveSession, destroy: endSession },
    },
    app as never,
  );
  return async function sessionMiddleware(ctx, next) {
    // TLS ends at the proxy, so the connection to us need not look secure for the browser's to be.
    ctx.cookies.secure = secure;
    await (middleware as Middleware<AppState>)(ctx, next);
  };
}

async function findSession(token: string): Promise<SessionData | undefined> {
  const row = await Session.findOne({ where: { tokenHash: hash(token) } });
  if (!row || row.expiresAt < new Date() || Date.now() - row.createdAt.getTime() > ABSOLUTE_MS) return undefined;
  return JSON.parse(row.data) as SessionData;
}

async function saveSession(token: string, data: SessionData, maxAge: number | 'session' | undefined): Promise<void> {
  const expiresAt = new Date(Date.now() + (typeof maxAge === 'number' ? maxAge : IDLE_MS));
  await Session.upsert({
    tokenHash: hash(token),
    userId: data.userId ?? null,
    data: JSON.stringify(data),
    expiresAt,
  });
}

async function endSession(token: string): Promise<void> {
  await Session.destroy({ where: { tokenHash: hash(token) } });
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
