import { isToCome, type ClassState } from './classStates';
import type { ClassTimes } from './classTimes';
import { addMinutes } from './clock';

/** How a class stands with its rehearsals. */
export interface Rehearsal {
  /** when the last one was done, and of which version of the class */
  readonly doneAt: Date | null;
  readonly version: number;
  /** Zoom could not be asked; not before this may it be tried again */
  readonly notBefore: Date | null;
  /** what was found and is not mended yet */
  readonly openRisks: number;
}

export interface Rehearsed {
  readonly state: ClassState;
  readonly endedAt: Date | null;
  readonly version: number;
  readonly rehearsal: Rehearsal;
}

/** While something is wrong, it is looked at so often whether it has been mended. */
const LOOK_AGAIN_MINUTES = 30;

/** A class that was never rehearsed, or changed since, or whose next rehearsal has come, or that has something to be mended. */
export function rehearsalDue(rehearsed: Rehearsed, times: ClassTimes, now: Date): boolean {
  const { version, rehearsal } = rehearsed;
  if (!isToCome(rehearsed, times.startsAt) || now < times.checksAt || now >= times.startsAt) return false;
  const { doneAt, notBefore } = rehearsal;
  if (notBefore !== null && notBefore > now) return false;
  if (doneAt === null || rehearsal.version < version) return true;
  const latest = now < times.checksAgainAt ? times.checksAt : times.checksAgainAt;
  return doneAt < latest || (rehearsal.openRisks > 0 && lookAgainAt(doneAt) <= now);
}

/** The instants at which it may become due. */
export function rehearsalInstants(rehearsed: Omit<Rehearsed, 'version'>, times: ClassTimes): Date[] {
  if (!isToCome(rehearsed, times.startsAt)) return [];
  const { doneAt, notBefore, openRisks } = rehearsed.rehearsal;
  const again = openRisks > 0 && doneAt !== null ? lookAgainAt(doneAt) : null;
  return [times.checksAt, times.checksAgainAt, notBefore, again].flatMap((at) =>
    at !== null && at < times.startsAt ? [at] : [],
  );
}

function lookAgainAt(doneAt: Date): Date {
  return addMinutes(doneAt, LOOK_AGAIN_MINUTES);
}
