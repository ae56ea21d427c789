/** Where "now" comes from; tests hand in their own. */
export interface Clock {
  now(): Date;
}

export const MINUTE_MS = 60_000;

export function addMinutes(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * MINUTE_MS);
}
