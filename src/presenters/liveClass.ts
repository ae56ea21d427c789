import { createHash } from 'node:crypto';
import { assertNever } from '../domain/assertNever';
import { isToBegin } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { runningRun, whoIsInside, type LiveRun, type PersonInside } from '../domain/liveRun';
import type { LiveClassRow } from '../queries/listLiveClasses';
import { reasonInWords } from './classDate';

/** What should have happened has this long before it is called trouble: word of it takes its time. */
const TOLERANCE_MINUTES = 1;

/** One class as it is now; the JSON of the page, and what the page is made of. */
export interface LiveClass {
  readonly id: number;
  readonly title: string;
  readonly teacherId: number;
  readonly teacherName: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly state: LiveState;
  readonly stateInWords: string;
  readonly since: Date | null;
  /** null while no host is in */
  readonly hostSince: Date | null;
  readonly people: readonly LivePerson[];
  /** whether Zoom has told anything of who is in: of a class that is known to run only by asking it has not */
  readonly heard: boolean;
  /** people with a pass that is good who are in, and how many have one */
  readonly present: number;
  readonly expected: number;
  /** how many are in Zoom's waiting room */
  readonly waiting: number;
  readonly trouble: readonly string[];
}

interface LivePerson {
  readonly name: string;
  readonly since: Date;
  /** whether we know by which pass they came */
  readonly known: boolean;
}

type LiveState = 'opens_soon' | 'room_missing' | 'room_open' | 'live' | 'ended';

export function liveClassOf(row: LiveClassRow, now: Date): LiveClass {
  const run = runningRun(row.runs);
  const inside = whoIsInside(run);
  const hostSince = inside.find(({ isHost }) => isHost)?.since ?? null;
  const state = stateOf(row, now);
  const { startsAt, opensAt, endsAt } = classTimes(row);
  const people = inside.filter(({ isHost }) => !isHost);
  return {
    id: row.id,
    title: row.title,
    teacherId: row.teacherId,
    teacherName: row.teacherName,
    ...{ startsAt, endsAt, state },
    stateInWords: inWords(state),
    since: sinceWhen(row, state, run, opensAt),
    hostSince,
    people: people.map(personOf),
    heard: state !== 'live' || run !== null,
    present: people.filter(({ isExpected }) => isExpected).length,
    expected: row.expected,
    waiting: row.waiting.people,
    trouble: troubleOf(row, state, { hostSince, run }, now),
  };
}

/** Names what a page of those classes shows, so that two of them can be told apart; says nothing to a reader. */
export function liveKey(classes: readonly LiveClass[]): string {
  return createHash('sha256').update(JSON.stringify(classes)).digest('base64url').slice(0, 22);
}

function personOf({ name, since, passId }: PersonInside): LivePerson {
  return { name, since, known: passId !== null };
}

function stateOf(row: LiveClassRow, now: Date): LiveState {
  const { state, roomAt, startsAt } = row;
  if (state === 'live' || (state === 'ended' && !isToBegin(row, startsAt))) return state;
  if (roomAt !== null) return 'room_open';
  return now < classTimes(row).opensAt ? 'opens_soon' : 'room_missing';
}

function inWords(state: LiveState): string {
  switch (state) {
    case 'opens_soon':
      return 'Opens soon';
    case 'room_missing':
      return 'Room is being made';
    case 'room_open':
      return 'Room is open';
    case 'live':
      return 'Live';
    case 'ended':
      return 'Meeting has ended';
    default:
      return assertNever(state);
  }
}

function sinceWhen(row: LiveClassRow, state: LiveState, run: LiveRun | null, opensAt: Date): Date | null {
  switch (state) {
    case 'opens_soon':
      return null;
    case 'room_missing':
      return opensAt;
    case 'room_open':
      return row.roomAt;
    case 'live':
      return run?.startedAt ?? row.liveAt;
    case 'ended':
      return row.endedAt;
  }
}

interface Inside {
  readonly hostSince: Date | null;
  readonly run: LiveRun | null;
}

/** What somebody should look into, in words. */
function troubleOf(row: LiveClassRow, state: LiveState, { hostSince, run }: Inside, now: Date): string[] {
  const isDue = (from: Date | null) => from !== null && now >= addMinutes(from, TOLERANCE_MINUTES);
  const { opensAt, startsAt } = classTimes(row);
  if (state === 'room_missing') return row.stateReason !== null || isDue(opensAt) ? [roomTrouble(row)] : [];
  if (hostSince !== null) return isDue(row.waiting.since) ? [waitingTrouble(row.waiting.people)] : [];
  if (state === 'room_open' && isDue(startsAt)) return [startTrouble(row)];
  if (state === 'live' && isDue(run?.startedAt ?? row.liveAt)) return [absenceTrouble(run)];
  return [];
}

function absenceTrouble(run: LiveRun | null): string {
  if (run === null) return 'Zoom says that it runs, but has told nothing of who is in.';
  return 'The teacher is not in the meeting.';
}

function roomTrouble({ stateReason }: LiveClassRow): string {
  return `There is no room yet.${stateReason === null ? '' : ` ${reasonInWords(stateReason)}`}`;
}

function waitingTrouble(people: number): string {
  const who = people === 1 ? 'Somebody waits' : `${people} people wait`;
  return `${who} in Zoom’s waiting room for the teacher to let them in.`;
}

/** Where it has run already, perhaps in a former room, or been tried, the teacher is away for now. */
function startTrouble({ watchedAt, liveAt }: LiveClassRow): string {
  const what = liveAt === null ? 'The teacher has not started.' : 'The teacher is not in the room.';
  return `${what}${watchedAt === null ? '' : ' They have been written to.'}`;
}
