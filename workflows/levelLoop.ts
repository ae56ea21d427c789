import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { lookAgain, progress, type Progress } from './messages';

/** What every look says: words, instants, and what is to be done. */
export interface Look<Step extends string> {
  readonly phase: string;
  readonly steps: readonly Step[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

interface Loop<Step extends string, L extends Look<Step>> {
  /** such as `Incident 7`, for people */
  readonly name: string;
  readonly look: () => Promise<L | null>;
  readonly run: (step: Step) => Promise<unknown>;
  /** Called when the server suggests it; does not return. */
  readonly startAnew: () => Promise<never>;
}

/** However often it is hinted, a row is looked at no more than once in two seconds. */
const SHORTEST_WAIT_MS = 2_000;
/** After a look that failed, and after steps that are still to be done. */
const FAILURE_WAIT_MS = 15_000;

/**
 * Look at the row, bring the world up to it, wait for the next instant or the next hint. A step that is still wanted
 * after it was done waits too: nothing runs in circles.
 */
export async function levelLoop<Step extends string, L extends Look<Step>>(loop: Loop<Step, L>): Promise<void> {
  let hinted = false;
  let now: Progress = { phase: 'starting', waitingFor: 'a first look', until: null };
  setHandler(lookAgain, () => {
    hinted = true;
  });
  setHandler(progress, () => now);

  const done = new Set<Step>();
  for (;;) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await loop.startAnew();
    }
    // Cleared before the look, not after: a hint that arrives during the look must lead to another one.
    hinted = false;
    const look = await attempt(loop.look);
    if (look === null) throw ApplicationFailure.nonRetryable(`${loop.name} does not exist`, 'RowGone');
    if (look !== 'failed') {
      now = { phase: look.phase, waitingFor: look.waitingFor, until: look.nextLookAt };
      describe(loop.name, look);
      const steps = look.steps.filter((step) => !done.has(step));
      await Promise.all(steps.map((step) => attempt(() => loop.run(step))));
      for (const step of steps) done.add(step);
      if (steps.length > 0 || (isOver(look) && hinted)) continue;
      if (isOver(look)) return;
    }
    await condition(() => hinted, waitMs(look), { summary: now.waitingFor });
    done.clear();
  }
}

function isOver<Step extends string>({ steps, nextLookAt }: Look<Step>): boolean {
  return steps.length === 0 && nextLookAt === null;
}

function waitMs<Step extends string>(look: Look<Step> | 'failed'): number {
  if (look === 'failed' || look.nextLookAt === null) return FAILURE_WAIT_MS;
  return Math.max(SHORTEST_WAIT_MS, Date.parse(look.nextLookAt) - Date.now());
}

/** What fails is done again after a wait. */
async function attempt<T>(act: () => Promise<T>): Promise<T | 'failed'> {
  try {
    return await act();
  } catch (error) {
    log.warn('a step failed and will be tried again', { error: error instanceof Error ? error.name : 'unknown' });
    return 'failed';
  }
}

/** What a person sees in the Temporal UI; ids and words only. */
function describe<Step extends string>(name: string, { phase, steps, nextLookAt, waitingFor }: Look<Step>): void {
  const next = steps.length > 0 ? `Doing: ${steps.join(', ')}.` : `Next: ${waitingFor} ${nextLookAt ?? ''}`;
  setCurrentDetails(`**${name}** is ${phase}.\n\n${next}`);
}
