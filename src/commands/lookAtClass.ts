import { planClass, type ClassFacts, type Phase, type Step } from '../domain/classPlan';
import { actualState, type ClassState } from '../domain/classStates';
import type { Deps } from '../deps';
import { mailsOutlook } from '../queries/mailsOutlook';
import { readClassFacts } from '../queries/readClassFacts';
import { leaveFormerRoom } from './leaveFormerRooms';
import { markRisk } from './markRisk';
import { planMails } from './planMails';
import { retireMeetings } from './retireMeetings';

/** What the workflow is told of a class: words, instants and counts, nothing of a person. */
export interface ClassLook {
  readonly teacherId: number;
  readonly state: ClassState;
  readonly phase: Phase;
  readonly steps: readonly Step[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

/**
 * Looks at a class as it is and says what to do. It touches only our own tables: a room that no longer fits is marked
 * for removal, and mails that should exist get their ledger rows. Both may be done any number of times.
 *
 * @returns null when the class date does not exist (any more)
 */
export async function lookAtClass(
  deps: Deps,
  { classDateId, now }: { classDateId: number; now: Date },
): Promise<ClassLook | null> {
  const facts = await readFactsOfFitting(deps, classDateId, now);
  if (!facts) return null;
  const plan = planClass(facts, now);
  await markRisk(deps, classDateId, facts, plan.atRisk);
  const { mails: kinds, earlyReminders } = plan;
  if (kinds.length + earlyReminders.length > 0) {
    await planMails({ classDateId, now, kinds, earlyReminders, version: facts.version });
  }
  const mails = await mailsOutlook({ classDateId }, now);
  const mailFirst = mails.nextAttemptAt && (!plan.nextLookAt || mails.nextAttemptAt < plan.nextLookAt);
  return {
    teacherId: facts.teacherId,
    state: actualState({ ...facts, startsAt: facts.schedule.startsAt }),
    phase: plan.phase,
    steps: mails.due > 0 ? [...plan.steps, 'sendMails'] : plan.steps,
    nextLookAt: (mailFirst ? mails.nextAttemptAt : plan.nextLookAt)?.toISOString() ?? null,
    waitingFor: mailFirst ? 'tries a mail again' : plan.waitingFor,
  };
}

/** The facts once a room that no longer fits is out of service. */
async function readFactsOfFitting(deps: Deps, classDateId: number, now: Date): Promise<ClassFacts | null> {
  const facts = await readClassFacts(deps.db, classDateId, now);
  if (facts === null || facts.roomFits) return facts;
  await retireMeetings(deps, classDateId);
  await leaveFormerRoom(deps, classDateId);
  return readClassFacts(deps.db, classDateId, now);
}
