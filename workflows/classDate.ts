import {
  ActivityFailure,
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
import type { ClassInput, ClassLook } from '../activities/classLook';
import type { RoomResult } from '../activities/meetings';
import type { Step } from '../src/domain/classPlan';
import { lookAgain, progress, type Progress } from './messages';
import { lookAtClass, meetings, sendMails } from './proxies';

interface ClassDateInput {
  readonly classDateId: number;
}

const CLASS_DATE_ID = defineSearchAttributeKey('ClassDateId', SearchAttributeType.KEYWORD);
const TEACHER_ID = defineSearchAttributeKey('TeacherId', SearchAttributeType.KEYWORD);
const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);

/** However often it is hinted, a class that waits is looked at no more than once a second. */
const SHORTEST_WAIT_MS = 1_000;
/** After a step or a look that failed without leaving a time in the rows: again after this, doubling up to the longest. */
const FAILURE_WAIT_MS = 5_000;
const LONGEST_FAILURE_WAIT_MS = 60_000;
/** When many classes open at one instant: so long their links and mails leave the workers to rooms. */
const RUSH_MS = 30_000;
const RUSH: RoomResult = 'made in a rush';

/** What the run remembers between two looks; all of it may be forgotten. */
interface Memory {
  hinted: boolean;
  /** looks or steps that failed one after the other */
  failures: number;
  /** how often the same steps came again right after they were done, and which those are */
  fruitless: number;
  formerSteps: string;
  mailing: boolean;
  /** mail runs one after the other that failed or found nothing to send */
  fruitlessMails: number;
}

/**
 * One class date, from booking until it is settled. A level-triggered loop: look at the rows, bring the world up to
 * them, wait for the next instant or the next hint. Everything it knows it reads again at each look.
 */
export async function classDate({ classDateId }: ClassDateInput): Promise<void> {
  const memory = { hinted: false, failures: 0, fruitless: 0, formerSteps: '', mailing: false, fruitlessMails: 0 };
  let now: Progress = { phase: 'starting', waitingFor: 'a first look', until: null };
  setHandler(lookAgain, () => {
    memory.hinted = true;
  });
  setHandler(progress, () => now);

  for (;;) {
    // Here, where every way through the loop comes by: a class whose steps fail for days must not outgrow its history.
    if (workflowInfo().continueAsNewSuggested && !memory.mailing) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof classDate>({ classDateId });
    }
    // Cleared before the look, not after: a hint that arrives during the look must lead to another one.
    memory.hinted = false;
    const lookedAt = Date.now();
    const look = await tryToLook(classDateId, memory);
    if (look === 'failed') continue;
    if (look === null)
      throw ApplicationFailure.nonRetryable(`Class date ${classDateId} does not exist`, 'ClassDateGone');
    describe(classDateId, look, now.phase);
    now = { phase: look.phase, waitingFor: look.waitingFor, until: look.nextLookAt };
    if (await act(classDateId, look.steps, memory)) continue;
    if (look.nextLookAt === null && look.phase === 'done' && !memory.mailing) {
      if (!memory.hinted) return;
      continue;
    }
    await waitForNext(look, lookedAt, memory);
  }
}

async function tryToLook(classDateId: number, memory: Memory): Promise<ClassLook | null | 'failed'> {
  try {
    return await lookAtClass(inputNow(classDateId));
  } catch (error) {
    memory.failures += 1;
    log.warn('the class could not be looked at', { classDateId, error: errorName(error) });
    await sleep(failureWaitMs(memory.failures), { summary: 'database did not answer' });
    return 'failed';
  }
}

/** Does what is to be done, and waits before it may be done again if that did not help. Returns whether it was anything. */
async function act(classDateId: number, steps: readonly Step[], memory: Memory): Promise<boolean> {
  if (steps.includes('sendMails') && !memory.mailing) void mailBeside(classDateId, memory);
  const ownSteps = steps.filter((step) => step !== 'sendMails');
  const formerSteps = memory.formerSteps;
  memory.formerSteps = ownSteps.join();
  if (ownSteps.length === 0) {
    memory.failures = 0;
    return false;
  }
  const input = inputNow(classDateId);
  const results = await Promise.all(
    ownSteps.map((step) => tryStep<unknown>(classDateId, step, () => meetings[step](input))),
  );
  memory.failures = results.includes('failed') ? memory.failures + 1 : 0;
  // The same steps again right after they were done: whatever the reason, do not run in circles.
  memory.fruitless = memory.formerSteps === formerSteps ? memory.fruitless + 1 : 0;
  const waits = memory.failures + memory.fruitless;
  if (waits > 0) await condition(() => memory.hinted, failureWaitMs(waits), { summary: 'tries again' });
  else if (results.includes(RUSH)) await condition(() => memory.hinted, RUSH_MS, { summary: 'rooms of others first' });
  return true;
}

/** Mails go out beside all else: a mail server that does not answer for minutes must not hold up a room. */
async function mailBeside(classDateId: number, memory: Memory): Promise<void> {
  memory.mailing = true;
  const result = await tryStep(classDateId, 'sendMails', () => sendMails(inputNow(classDateId)));
  const fruitful = result !== 'failed' && result.sent + result.retrying > 0;
  memory.fruitlessMails = fruitful ? 0 : memory.fruitlessMails + 1;
  if (!fruitful) {
    // Rejects only when somebody cancels the run, which then ends where the loop waits.
    await sleep(failureWaitMs(memory.fruitlessMails), { summary: 'mails again' }).catch(() => undefined);
  }
  memory.mailing = false;
  memory.hinted = true;
}

/** A step that fails holds up no other; the next look sees what is still to be done. */
async function tryStep<T>(classDateId: number, step: Step, run: () => Promise<T>): Promise<T | 'failed'> {
  try {
    return await run();
  } catch (error) {
    log.warn('a step failed and will be tried again', { classDateId, step, error: errorName(error) });
    return 'failed';
  }
}

function inputNow(classDateId: number): ClassInput {
  return { classDateId, now: new Date(Date.now()).toISOString() };
}

async function waitForNext({ nextLookAt, waitingFor }: ClassLook, lookedAt: number, memory: Memory): Promise<void> {
  const hinted = () => memory.hinted;
  if (nextLookAt === null) {
    await condition(hinted);
  } else {
    const waitMs = Math.max(SHORTEST_WAIT_MS, Date.parse(nextLookAt) - Date.now());
    await condition(hinted, waitMs, { summary: `${waitingFor} ${nextLookAt.slice(0, 16).replace('T', ' ')} UTC` });
  }
  const restMs = lookedAt + SHORTEST_WAIT_MS - Date.now();
  if (restMs > 0) await sleep(restMs, { summary: 'gathers hints' });
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

/** What went wrong in the step itself; the failure around it only says that it was one. */
function errorName(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return cause.type ?? cause.name;
  return cause instanceof Error ? cause.name : 'unknown';
}
