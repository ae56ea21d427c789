import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { planClass } from '../domain/classPlan';
import type { RiskKind } from '../domain/classRisks';
import { actualState, type ClassState, type StateReason } from '../domain/classStates';
import { generationOf, isToBeMade, type Generation } from '../domain/generation';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { findOpenRisks } from '../queries/findClassRisks';
import { listDueClassDates, type Due } from '../queries/listDueClassDates';
import { readClassFacts } from '../queries/readClassFacts';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';

export interface DueClass {
  readonly classDateId: number;
  readonly teacherId: number;
  readonly teacherConnected: boolean;
  readonly startsAt: Date;
  readonly state: ClassState;
  readonly reason: StateReason | null;
  readonly meeting: Generation;
  /** what a rehearsal has found wrong with it */
  readonly risks: readonly RiskKind[];
  /** what it waits for, and when it is looked at next by itself */
  readonly waitingFor: string;
  readonly nextLookAt: Date | null;
}

/** So many classes a commit. */
const AT_ONCE = 200;

/**
 * Says of each class date in a span how it stands with its meeting. Unless it is a dry run, those that lack one are tried
 * at once, whatever they wait for: by their workflows, which alone make meetings, so a second one is never made.
 */
export async function generateMeetings(deps: Deps, due: Due, { dryRun }: { dryRun: boolean }): Promise<DueClass[]> {
  const now = deps.clock.now();
  const classes: DueClass[] = [];
  const rows = await listDueClassDates(due, now);
  const risksOf = await findOpenRisks(rows.map(({ id }) => id));
  for (const { id, startsAt } of rows) {
    const facts = await readClassFacts(deps.db, id, now);
    if (!facts) continue;
    const plan = planClass(facts, now);
    const { teacherId, teacherConnected, stateReason: reason } = facts;
    const state = actualState({ ...facts, startsAt });
    const meeting = generationOf(facts, plan);
    const risks = (risksOf.get(id) ?? []).map(({ kind }) => kind);
    const { nextLookAt, waitingFor } = plan;
    const stands = { teacherId, teacherConnected, state, reason, meeting, risks, waitingFor, nextLookAt };
    classes.push({ classDateId: id, startsAt, ...stands });
  }
  if (!dryRun) await tryNow(deps, classes);
  return classes;
}

/** How those stand that start within so many minutes and are to take place. */
export async function listComing(deps: Deps, minutes: number): Promise<DueClass[]> {
  const from = deps.clock.now();
  const classes = await generateMeetings(deps, { from, to: addMinutes(from, minutes) }, { dryRun: true });
  return classes.filter(({ meeting }) => meeting !== 'over');
}

async function tryNow(deps: Deps, classes: readonly DueClass[]): Promise<void> {
  const ids = classes.filter(({ meeting }) => isToBeMade(meeting)).map(({ classDateId }) => classDateId);
  for (let from = 0; from < ids.length; from += AT_ONCE) await trySome(deps, ids.slice(from, from + AT_ONCE));
}

async function trySome(deps: Deps, ids: readonly number[]): Promise<void> {
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    // What Zoom has refused or put off may be asked again; what it may have done is looked for in its own time.
    const putOff = { classDateId: [...ids], state: ['planned', 'failed'] };
    await ZoomMeeting.update({ nextAttemptAt: null }, { where: putOff, transaction });
    const added: number[] = [];
    for (const classDateId of ids) added.push(await addToOutbox({ classDateId }, 'retry now', transaction));
    return added;
  });
  await deliverOutbox(deps, ...outboxIds);
}
