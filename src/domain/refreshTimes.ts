import { MINUTE_MS } from './clock';

/** A dead connection is found within a day, whether or not a class is near. */
const DAY_MS = 24 * 60 * MINUTE_MS;

/** From so long before a class its teacher's token is kept young, so that an outage of Zoom's token endpoint is harmless. */
const BEFORE_CLASS_MS = 90 * MINUTE_MS;

export interface TokenLife {
  readonly refreshedAt: Date;
  readonly expiresAt: Date;
}

export interface ClassSpan {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/**
 * When a connection's token should next be renewed: once a day, and at half its life from 90 minutes before each class
 * until its end. In the past when it is due.
 *
 * @param classes the teacher's, those that are over may be among them
 */
export function nextRefreshAt({ refreshedAt, expiresAt }: TokenLife, classes: readonly ClassSpan[]): Date {
  const halfLife = refreshedAt.getTime() + (expiresAt.getTime() - refreshedAt.getTime()) / 2;
  const instants = [refreshedAt.getTime() + DAY_MS];
  for (const { startsAt, endsAt } of classes) {
    const instant = Math.max(startsAt.getTime() - BEFORE_CLASS_MS, halfLife);
    if (instant < endsAt.getTime()) instants.push(instant);
  }
  return new Date(Math.min(...instants));
}
