import { planClass, type ClassFacts, type Step } from './classPlan';
import { addMinutes } from './clock';

/**
 * What should have happened to a class and has not, for whoever watches and may be called at night: by the class's own
 * plan. (What the sweep looks after is coarser: isLongOver in src/domain/sweep.ts.)
 */
export type Overdue = 'room' | 'start' | 'closing' | 'settling';

/** Slow is not overdue. */
export const OVERDUE_AFTER_MINUTES = 2;

const STEPS: readonly (readonly [Step, Overdue])[] = [
  ['makeMeeting', 'room'],
  ['resolveAttempts', 'room'],
  ['askZoom', 'start'],
  ['closeClass', 'closing'],
  ['settleClass', 'settling'],
];

/**
 * Whether a step that the plan wanted two minutes ago is wanted still. Nothing is overdue that waits by a row for its next
 * try, since the plan does not want it before; nor what has been changed meanwhile, since then it was not wanted as it is now.
 *
 * @param facts as they are now, with the outlooks of two minutes ago
 * @param changedAt when the class, its meeting or its teacher's connection was last changed
 */
export function overdueOf(facts: ClassFacts, changedAt: Date, now: Date): Overdue | null {
  const then = addMinutes(now, -OVERDUE_AFTER_MINUTES);
  if (changedAt > then) return null;
  const { steps } = planClass(facts, then);
  return STEPS.find(([step]) => steps.includes(step))?.[1] ?? null;
}
