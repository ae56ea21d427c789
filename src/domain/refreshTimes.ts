import { addMinutes } from './clock';

/** A teacher's tokens and the classes that need them. */
export interface RefreshFacts {
  readonly refreshedAt: Date;
  readonly tokenExpiresAt: Date;
  readonly classes: readonly { readonly startsAt: Date; readonly endsAt: Date }[];
}

/** A dead connection is found within a day, whether or not there are classes. */
const DAILY_MINUTES = 24 * 60;
/** From so long before a class until its end there is always a token with life in it. */
const NEAR_MINUTES = 90;

/**
 * When a connection's tokens are renewed next: a day after the last time; near a class, at half of the token's life;
 * and when a class comes near, at that instant. An instant that has passed means: now.
 */
export function nextRefreshAt({ refreshedAt, tokenExpiresAt, classes }: RefreshFacts, now: Date): Date {
  const daily = addMinutes(refreshedAt, DAILY_MINUTES);
  const halfLife = new Date((refreshedAt.getTime() + tokenExpiresAt.getTime()) / 2);
  const nearFrom = classes.map(({ startsAt, endsAt }) => ({
    from: addMinutes(startsAt, -NEAR_MINUTES),
    until: endsAt,
  }));
  if (nearFrom.some(({ from, until }) => from <= now && now < until)) return earliest([daily, halfLife]);
  return earliest([daily, ...nearFrom.map(({ from }) => from).filter((from) => from > now)]);
}

function earliest(instants: readonly Date[]): Date {
  return new Date(Math.min(...instants.map((instant) => instant.getTime())));
}
