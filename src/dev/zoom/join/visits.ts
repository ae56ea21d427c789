import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';

const COOKIE = 'zoom_stand_in_visit';

/** Remembers which browser is which person, so that a second look at a link does not join twice. */
export class Visits {
  private readonly stays = new Map<string, string>();
  private readonly waiting = new Set<string>();
  private readonly links = new Map<string, string>();

  /** user_id of this browser's stay as that person in that run. */
  find(ctx: Context, run: string, person: string): string | undefined {
    return this.stays.get(`${visitOf(ctx)} ${run} ${person}`);
  }

  remember(ctx: Context, run: string, person: string, userId: string): void {
    this.stays.set(`${visitOf(ctx)} ${run} ${person}`, userId);
    this.links.set(`${run} ${userId}`, ctx.originalUrl);
  }

  /** True for the first look of this browser at a meeting that has not begun. */
  startWaiting(ctx: Context, meetingId: number): boolean {
    const key = `${visitOf(ctx)} ${meetingId}`;
    if (this.waiting.has(key)) return false;
    this.waiting.add(key);
    return true;
  }

  /** True when this browser had been waiting for that meeting. */
  stopWaiting(ctx: Context, meetingId: number): boolean {
    return this.waiting.delete(`${visitOf(ctx)} ${meetingId}`);
  }

  /** Whether some browser stands for that stay; one made on the control page has none. */
  isTaken(run: string, userId: string): boolean {
    return this.links.has(`${run} ${userId}`);
  }

  /** The link by which somebody came in. */
  linkOf(run: string, userId: string): string | undefined {
    return this.links.get(`${run} ${userId}`);
  }
}

/** Names this browser; the cookie is made on first sight. */
export function visitOf(ctx: Context): string {
  const known: unknown = ctx.state.visit ?? ctx.cookies.get(COOKIE);
  const visit = typeof known === 'string' ? known : randomBytes(12).toString('hex');
  if (ctx.state.visit === undefined) ctx.cookies.set(COOKIE, visit, { httpOnly: true, sameSite: 'lax' });
  ctx.state.visit = visit;
  return visit;
}
