import { AppError, ChangedHereError } from '../errors';
import { namesToChange, type Digests, type Standing } from '../queries/externalFields';

/** What a program says it had before it, and what it takes upon itself. */
export interface Precondition {
  /** of If-Match; null: it does not say */
  readonly ifMatch: readonly string[] | null;
  /** `If-None-Match: *` */
  readonly onlyNew: boolean;
  /** the program's own count of changes */
  readonly revision: number | null;
  /** fields that it overwrites though they were changed here */
  readonly accept: readonly string[];
}

/** @param tag null when it does not exist yet; @throws AppError 412 */
export function checkTag({ ifMatch, onlyNew }: Pick<Precondition, 'ifMatch' | 'onlyNew'>, tag: string | null): void {
  if (onlyNew && tag !== null) throw new AppError(412, 'exists_already', 'It exists already.');
  if (ifMatch === null) return;
  if (tag !== null && (ifMatch.includes('*') || ifMatch.includes(tag))) return;
  const message = tag === null ? 'It does not exist.' : 'It has changed since you read it. Read it again, then decide.';
  throw new AppError(412, 'changed_meanwhile', message);
}

interface Former {
  /** the highest one that came before */
  readonly revision: number | null;
  /** whether something that is no field becomes another as well */
  readonly besides?: boolean;
}

/** Where in what was sent a field is that has no place of its own there. */
const PLACES: Readonly<Record<string, string>> = { schedule: 'localStart', state: '' };

/**
 * What is to be changed: every field that the program sends otherwise than it last did, and those that it accepts to
 * overwrite. What it sends as before stays as it is here, also where it was changed here.
 *
 * @throws AppError 409 for a revision that is older than one that came before; ChangedHereError
 */
export function fieldsToChange<Name extends string>(
  { revision, accept }: Pick<Precondition, 'revision' | 'accept'>,
  former: Standing<Name> & Former,
  wanted: Digests<Name>,
): Name[] {
  const { sent, current } = former;
  const toChange = namesToChange(accept, former, wanted);
  refuseOld(revision, former.revision, toChange.length > 0 || former.besides === true);
  const lost = toChange.filter((name) => sent !== null && current[name] !== sent[name] && !accept.includes(name));
  if (lost.length > 0) {
    const message = (name: Name) => `This was changed here. Look at it, and send accept=${name} to overwrite it.`;
    const fields = lost.map((name) => ({ field: PLACES[name] ?? name, message: message(name) }));
    throw new ChangedHereError(fields, lost);
  }
  return toChange;
}

/**
 * @param former the highest one that came before
 * @param changes whether anything would become another; what is so already may be said again
 * @throws AppError 409
 */
export function refuseOld(revision: number | null, former: number | null, changes: boolean): void {
  if (revision === null || former === null || revision > former) return;
  if (revision === former && !changes) return;
  throw new AppError(409, 'old_revision', `Revision ${former} of it was sent before; this one is ${revision}.`);
}
