/** Zoom ends a meeting of an unlicensed host after so many minutes. */
export const BASIC_MINUTES = 40;

/** So many people every Zoom plan lets into a meeting, the host among them; more is a matter of the plan. */
export const LEAST_CAPACITY = 100;

/** How often a host's meetings may be made or changed in a day of UTC, all apps together. */
export const WRITES_A_DAY = 100;

/** Of those, so many are kept for classes that are moved once their room is there. */
export const SPARE_WRITES = 20;

const DAY_MS = 24 * 60 * 60_000;

/** The day of UTC in which an instant lies: Zoom's daily limits begin anew with it. */
export function utcDay(instant: Date): { readonly from: Date; readonly to: Date } {
  const from = new Date(Math.floor(instant.getTime() / DAY_MS) * DAY_MS);
  return { from, to: new Date(from.getTime() + DAY_MS) };
}
