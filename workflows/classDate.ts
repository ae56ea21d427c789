import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { ClassLook } from '../activities/classLook';
import type { Step } from '../src/domain/classPlan';
import { lookAgain, progress, type Progress } from './messages';
import { lookAtClass, meetings, sendMails } from './proxies';

export interface ClassDateInput {
  readonly classDateId: number;
}

const CLASS_DATE_ID = defineSearchAttributeKey('ClassDateId', SearchAttributeType.KEYWORD);
const TEACHER_ID = defineSearchAttributeKey('TeacherId', SearchAttributeType.KEYWORD);
const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);

/** However often it is hinted or due, a class is looked at no more than once a second. */
const SHORTEST_WAIT_MS = 1_000;
/** After a step or a look that failed without leaving a time in the rows: again after this, doubling up to the longest. */
const FAILURE_WAIT_MS = 5_000;
const LONGEST_FAILURE_WAIT_MS = 60_000;

/**
 * One class date, from booking until it is settled. A level-triggered loop: look at the rows, bring the world up to
 * them, wait for the next instant or the next hint. Everything it knows it reads again at each look.
 */
export async function classDate({ classDateId }: ClassDateInput): Promise<void> {
  let hinted = false;
  let failures = 0;
  let fruitless = 0;
  let formerSteps = '';
  let now: Progress = { phase: 'starting', waitingFor: 'a first look', until: null };
  setHandler(lookAgain, () => {
    hinted = true;
  });
  setHandler(progress, () => now);

  for (;;) {
    // Cleared before the look, not after: a hint that arrives during the look must lead to another one.
    hinted = false;
    const look = await tryToLook(classDateId, failures);
    if (look === 'failed') {
      failures += 1;
      continue;
    }
    if (look === null)
      throw ApplicationFailure.nonRetryable(`Class date ${classDateId} does not exist`, 'ClassDateGone');
    describe(classDateId, look, now.phase);
    now = { phase: look.phase, waitingFor: look.waitingFor, until: look.nextLookAt };
    if (look.steps.length > 0) {
      const failed = await bringAbout(classDateId, look.steps);
      failures = failed ? failures + 1 : 0;
      // The same steps again right after they were done: whatever the reason, do not run in circles.
      fruitless = look.steps.join() === formerSteps ? fruitless + 1 : 0;
      formerSteps = look.steps.join();
      const waits = failures + fruitless;
      if (waits > 0) await condition(() => hinted, failureWaitMs(waits), { summary: 'tries again' });
      continue;
    }
    failures = 0;
    formerSteps = '';
    if (look.nextLookAt === null && look.phase === 'done') {
      if (!hinted) return;
      continue;
    }
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof classDate>({ classDateId });
    }
    await waitForNext(look, () => hinted);
  }
}

async function tryToLook(classDateId: number, failures: number): Promise<ClassLook | null | 'failed'> {
  try {
    return await lookAtClass({ classDateId, now: new Date(Date.now()).toISOString() });
  } catch (error) {
    log.warn('the class could not be looked at', { classDateId, error: errorName(error) });
    await sleep(failureWaitMs(failures + 1), { summary: 'database did not answer' });
    return 'failed';
  }
}

/** Runs the steps side by side; one that fails holds up no other. Returns whether any failed. */
async function bringAbout(classDateId: number, steps: readonly Step[]): Promise<boolean> {
  const input = { classDateId, now: new Date(Date.now()).toISOString() };
  const outcomes = await Promise.all(
    steps.map(async (step) => {
      try {
        await (step === 'sendMails' ? sendMails(input) : meetings[step](input));
        return true;
      } catch (error) {
        log.warn('a step failed and will be tried again', { classDateId, step, error: errorName(error) });
        return false;
      }
    }),
  );
  return outcomes.includes(false);
}

async function waitForNext({ nextLookAt, waitingFor }: ClassLook, hinted: () => boolean): Promise<void> {
  if (nextLookAt === null) {
    await condition(hinted);
    return;
  }
  const waitMs = Math.max(SHORTEST_WAIT_MS, Date.parse(nextLookAt) - Date.now());
  await condition(hinted, waitMs, { summary: `${waitingFor} ${nextLookAt.slice(0, 16).replace('T', ' ')} UTC` });
}

/** What a person sees of the class in the Temporal UI; ids and words only. */
function describe(classDateId: number, look: ClassLook, formerPhase: string): void {
  setCurrentDetails(
    [
      `**Class date ${classDateId}** is \`${look.state}\` (${look.phase}).`,
      look.steps.length > 0 ? `Doing: ${look.steps.join(', ')}.` : `Next: ${look.waitingFor} ${look.nextLookAt ?? ''}`,
    ].join('\n\n'),
  );
  if (look.phase === formerPhase) return;
  upsertSearchAttributes([
    { key: CLASS_DATE_ID, value: String(classDateId) },
    { key: TEACHER_ID, value: String(look.teacherId) },
    { key: PHASE, value: look.phase },
  ]);
}

function failureWaitMs(failures: number): number {
  return Math.min(FAILURE_WAIT_MS * 2 ** Math.max(0, failures - 1), LONGEST_FAILURE_WAIT_MS);
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
