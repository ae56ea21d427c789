/** Where "now" comes from; tests hand in their own. */
export interface Clock {
  now(): Date;
}

export const MINUTE_MS = 60_000;

export function addMinutes(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * MINUTE_MS);
}

/** The earlier of two instants; where one is not known, the other. */
export function earlier(one: Date, other: Date | null): Date;
export function earlier(one: Date | null, other: Date | null): Date | null;
export function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

/** The later of two instants; where one is not known, the other. */
export function later(one: Date, other: Date | null): Date;
export function later(one: Date | null, other: Date | null): Date | null;
export function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}
