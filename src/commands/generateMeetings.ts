import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { planClass } from '../domain/classPlan';
import type { RiskKind } from '../domain/classRisks';
import { actualState, type ClassState, type StateReason } from '../domain/classStates';
import { generationOf, isToBeMade, type Generation } from '../domain/generation';
import type { ForetoldMail, ForetoldRisk } from '../domain/foretelling';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { findOpenRisks } from '../queries/findClassRisks';
import { foretellClasses } from '../queries/foretellClasses';
import { listDueClassDates, type Due } from '../queries/listDueClassDates';
import { readFactsOfMany } from '../queries/readClassFacts';
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

/** And what would become of it if nothing changes. */
export interface ForetoldClass extends DueClass {
  /** what its next rehearsal would find besides */
  readonly foretold: readonly ForetoldRisk[];
  /** the mails whose time has not come */
  readonly mails: readonly ForetoldMail[];
}

/** So many classes a commit, and a read. */
const AT_ONCE = 200;

/**
 * Says of each class date in a span how it stands with its meeting. Unless it is a dry run, those that lack one are tried
 * at once, whatever they wait for: by their workflows, which alone make meetings, so a second one is never made.
 * Of those that are to come it says also what would be found wrong with them, and whom they would be mailed to.
 */
export async function generateMeetings(
  deps: Deps,
  due: Due,
  { dryRun }: { dryRun: boolean },
): Promise<ForetoldClass[]> {
  const now = deps.clock.now();
  const classes = await listStanding(deps, due, now);
  if (!dryRun) await tryNow(deps, classes);
  const foretold: ForetoldClass[] = [];
  for (let from = 0; from < classes.length; from += AT_ONCE) {
    foretold.push(...(await foretell(deps, classes.slice(from, from + AT_ONCE), now)));
  }
  return foretold;
}

async function foretell(deps: Deps, classes: readonly DueClass[], now: Date): Promise<ForetoldClass[]> {
  const ids = classes.filter(({ meeting }) => meeting !== 'over').map(({ classDateId }) => classDateId);
  const foretoldOf = await foretellClasses(deps.db, ids, now);
  return classes.map((one) => {
    const { risks = [], mails = [] } = foretoldOf.get(one.classDateId) ?? {};
    return { ...one, foretold: risks.filter(({ kind }) => !one.risks.includes(kind)), mails };
  });
}

async function listStanding(deps: Deps, due: Due, now: Date): Promise<DueClass[]> {
  const classes: DueClass[] = [];
  const rows = await listDueClassDates(due, now);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    classes.push(...(await readStanding(deps, rows.slice(from, from + AT_ONCE), now)));
  }
  return classes;
}

async function readStanding(deps: Deps, rows: readonly ClassDate[], now: Date): Promise<DueClass[]> {
  const ids = rows.map(({ id }) => id);
  const factsOf = await readFactsOfMany(deps.db, ids, now);
  const risksOf = await findOpenRisks(ids);
  return rows.flatMap(({ id, startsAt }) => {
    const facts = factsOf.get(id);
    if (!facts) return [];
    const plan = planClass(facts, now);
    const { teacherId, teacherConnected, stateReason: reason } = facts;
    const state = actualState({ ...facts, startsAt });
    const meeting = generationOf(facts, plan);
    const risks = (risksOf.get(id) ?? []).map(({ kind }) => kind);
    const { nextLookAt, waitingFor } = plan;
    const stands = { teacherId, teacherConnected, state, reason, meeting, risks, waitingFor, nextLookAt };
    return [{ classDateId: id, startsAt, ...stands }];
  });
}

/** How those stand that start within so many minutes and are to take place. */
export async function listComing(deps: Deps, minutes: number): Promise<DueClass[]> {
  const from = deps.clock.now();
  const classes = await listStanding(deps, { from, to: addMinutes(from, minutes) }, from);
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
