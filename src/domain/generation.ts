import { assertNever } from './assertNever';
import { isShut } from './classStates';
import type { ClassFacts, ClassPlan } from './classPlan';

/** How a class date stands with its Zoom meeting, and what would happen to it now. */
export type Generation =
  | 'has its meeting'
  | 'would be made now'
  | 'waits for its teacher'
  | 'tried again later'
  | 'not known whether it was made'
  | 'not due yet'
  | 'over';

export function generationOf(facts: ClassFacts, plan: ClassPlan): Generation {
  const { meeting, unresolved } = facts;
  if (isShut(facts) || plan.phase === 'closing') return 'over';
  if (meeting?.state === 'created') return 'has its meeting';
  if (plan.steps.includes('makeMeeting')) return facts.teacherConnected ? 'would be made now' : 'waits for its teacher';
  if (unresolved.due > 0 || unresolved.nextAttemptAt !== null) return 'not known whether it was made';
  if (plan.phase === 'waiting') return 'not due yet';
  return facts.teacherConnected ? 'tried again later' : 'waits for its teacher';
}

/** Whether looking at the class now is of use: it has no meeting, and could get one. */
export function isToBeMade(generation: Generation): boolean {
  switch (generation) {
    case 'would be made now':
    case 'tried again later':
    case 'not known whether it was made':
      return true;
    case 'has its meeting':
    case 'waits for its teacher':
    case 'not due yet':
    case 'over':
      return false;
    default:
      return assertNever(generation);
  }
}
