import type { User } from '../models/User';
import type { AppContext } from './context';
import type { SessionData } from './session';

/** koa-session's object on the context: ours to read and write, saved at the end of the request. */
type KoaSession = SessionData & { regenerate(callback: () => void): void; toJSON(): SessionData };

/** The request's session; null on routes that have none. */
export function sessionOf(ctx: AppContext): KoaSession | null {
  return (ctx as unknown as { session?: KoaSession }).session ?? null;
}

/** Gives the session a new name and forgets what it held: at sign-in, so that nobody can have planted it. */
function regenerateSession(ctx: AppContext): Promise<void> {
  return new Promise((resolve) => {
    const session = sessionOf(ctx);
    if (!session) {
      resolve();
      return;
    }
    // koa-session would keep it all under the new name: a consent that somebody else began, and the secret of their forms.
    for (const key of Object.keys(session.toJSON())) Reflect.deleteProperty(session, key);
    session.regenerate(resolve);
  });
}

/** From now on this browser is that person's, as they were when they proved themselves. */
export async function signInSession(
  ctx: AppContext,
  { id, sessionEpoch }: Pick<User, 'id' | 'sessionEpoch'>,
): Promise<void> {
  await regenerateSession(ctx);
  const session = sessionOf(ctx);
  if (session) Object.assign(session, { userId: id, epoch: sessionEpoch });
}

export function endSession(ctx: AppContext): void {
  (ctx as unknown as { session: null }).session = null;
}
