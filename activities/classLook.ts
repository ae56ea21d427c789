import { lookAtClass, type ClassLook } from '../src/commands/lookAtClass';
import type { Deps } from '../src/deps';

export type { ClassLook };

/** What every class activity is given: an id, and the workflow's now, of when it was scheduled, as an ISO instant. */
export interface ClassInput {
  readonly classDateId: number;
  readonly now: string;
}

export function createClassLookActivities(deps: Deps) {
  return {
    lookAtClass: ({ classDateId, now }: ClassInput): Promise<ClassLook | null> =>
      lookAtClass(deps, { classDateId, now: new Date(now) }),
  };
}

export type ClassLookActivities = ReturnType<typeof createClassLookActivities>;
