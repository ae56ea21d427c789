import { ZodError } from 'zod';

/** After this many tries a row is put aside as failed, for a person to look at. */
export const MAX_ATTEMPTS = 8;

export const TOO_MANY_CRASHES = `Our process was gone ${MAX_ATTEMPTS} times before this event was done. Look at its log, then read the event again.`;

const REASON_MAX = 255;

/** Another try will not help: the event will be the same. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof ZodError;
}

/** Why an event could not be interpreted, in words for a person; none of its content, only the names of Zoom's fields. */
export function reasonOf(error: unknown): string {
  if (error instanceof ZodError) {
    const fields = error.issues.map(({ path }) => path.join('.'));
    return `Zoom sent it without, or with an odd, ${[...new Set(fields)].join(', ')}.`.slice(0, REASON_MAX);
  }
  const name = error instanceof Error ? error.name : 'an unknown error';
  return `A fault on our side (${name}). Our log has more, under the number of the event.`;
}
