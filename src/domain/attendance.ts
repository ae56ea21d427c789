import { classOutcome, type WhoCame } from './classOutcome';
import type { ClassOutcome } from './classStates';
import { addMinutes } from './clock';
import { intersection, secondsOf, union, type Interval } from './intervals';

/** Was this person there? */
export const VERDICTS = ['present', 'late', 'absent'] as const;
export type Verdict = (typeof VERDICTS)[number];

const DOUBTS_OF_STAYS = ['start_unknown', 'end_unknown', 'by_account', 'by_address', 'by_name', 'no_list'] as const;
/** What a figure rests on less firmly than it might. */
export const DOUBTS = [...DOUBTS_OF_STAYS, 'maybe_unknown'] as const;
export type Doubt = (typeof DOUBTS)[number];
export const CERTAINTIES = ['sure', 'likely', 'unsure'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

/** One stay in the meeting, as far as it was told. */
export interface KnownStay {
  readonly joinTime: Date | null;
  readonly leaveTime: Date | null;
  /** when that was over which it was part of: the run of the meeting, or somebody's stay in it; null where nothing says so */
  readonly runEndedAt: Date | null;
  readonly source: 'webhook' | 'zoom_list' | 'both';
  /** `account`: by the Zoom account that the person's own link was used with in another stay */
  readonly matchedBy: 'registrant' | 'account' | 'email' | 'invite' | 'host' | 'none';
}

export interface PersonStays {
  readonly personKey: string;
  readonly stays: readonly KnownStay[];
}

export interface AttendanceFacts {
  readonly startsAt: Date;
  readonly durationMinutes: number;
  /** nothing counts yet before its doors open: a room that was kept through a move may be used before */
  readonly opensAt: Date;
  /** nothing counts any more from when a class is closed whatever Zoom says */
  readonly hardCapAt: Date;
  /** coming later than this after the start is late */
  readonly lateMinutes: number;
  /** having been there for less is absent */
  readonly presentMinutes: number;
  /** until when somebody stayed of whose end, and of whose meeting's end, nothing is known */
  readonly openUntil: Date;
  /** whether the class has closed; until then, whoever has not left may be there still, and that is no doubt */
  readonly isOver: boolean;
  /** whether Zoom's own list was read for every run */
  readonly listRead: boolean;
  readonly teacher: PersonStays;
  /** Of whoever gave the class before it was given to that teacher: they taught, but it is no time of that teacher's. */
  readonly formerTeachers: readonly KnownStay[];
  readonly students: readonly PersonStays[];
  /** who was there, and could not be tied to anybody */
  readonly strangers: readonly PersonStays[];
  /** what became of it whoever came: it was cancelled, or never had a room; null where that depends on who came */
  readonly fixedOutcome: ClassOutcome | null;
  readonly correctedVerdicts: ReadonlyMap<string, Verdict>;
  readonly correctedOutcome: ClassOutcome | null;
}

export interface PersonFigures {
  readonly personKey: string;
  readonly verdict: Verdict;
  /** by a person, against what the stays say */
  readonly corrected: boolean;
  /** the union of the stays: two devices at once count once, a dropped connection does not end it */
  readonly presentSeconds: number;
  /** of it, between the planned start and end */
  readonly inClassSeconds: number;
  /** of it, together with the teacher; of the teacher's, together with anybody else */
  readonly overlapSeconds: number;
  readonly firstJoinAt: Date | null;
  readonly lastLeaveAt: Date | null;
  /** `webhook zoom_list`, or `none` */
  readonly sources: string;
  readonly doubts: readonly Doubt[];
}

export interface Conclusion {
  readonly outcome: ClassOutcome;
  readonly teacher: PersonFigures;
  readonly students: readonly PersonFigures[];
  readonly strangers: readonly PersonFigures[];
}

/** Who was there and what became of the class; depends on the facts alone, so that it can be drawn at any time again. */
export function concludeAttendance(facts: AttendanceFacts): Conclusion {
  // Whoever taught: students were with a teacher, be it this one or one before.
  const taught = { ...facts.teacher, stays: [...facts.teacher.stays, ...facts.formerTeachers] };
  const teacher = intervalsOf(taught, facts);
  const others = [...facts.students, ...facts.strangers].flatMap((person) => intervalsOf(person, facts));
  // Nobody can be late for a class whose teacher has not come yet.
  const taughtFrom = arrivalOf(inClass(teacher, intersection(teacher, others), facts));
  const lateFrom = addMinutes(new Date(Math.max(facts.startsAt.getTime(), taughtFrom ?? 0)), facts.lateMinutes);
  const figures = (person: PersonStays) => figuresOf(person, teacher, lateFrom, facts);
  const ofTeacher = (person: PersonStays) =>
    figuresOf(person, others, addMinutes(facts.startsAt, facts.lateMinutes), facts);
  const strangers = facts.strangers.map(figures);
  const doubted = doubting(strangers, facts);
  const students = facts.students.map(figures).map(doubted);
  const came = whoCame(taught, ofTeacher(taught), [...students, ...strangers], facts);
  const outcome = facts.correctedOutcome ?? facts.fixedOutcome ?? classOutcome(came);
  return { outcome, teacher: doubted(ofTeacher(facts.teacher)), students, strangers };
}

/** When somebody was there. */
export function intervalsOf({ stays }: Pick<PersonStays, 'stays'>, bounds: Bounds): Interval[] {
  return union(stays.flatMap((stay) => spanOf(stay, bounds) ?? []));
}

type Bounds = Pick<AttendanceFacts, 'opensAt' | 'hardCapAt' | 'openUntil'>;

/**
 * The part of a stay that is of the class: what was before its doors opened is of another time. One whose end was never
 * told lasted until what it was part of was over; one without a beginning has no length. null: none of it
 */
export function spanOf({ joinTime, leaveTime, runEndedAt }: KnownStay, bounds: Bounds): Interval | null {
  if (!joinTime) return null;
  const from = Math.max(joinTime.getTime(), bounds.opensAt.getTime());
  const to = Math.min((leaveTime ?? runEndedAt ?? bounds.openUntil).getTime(), bounds.hardCapAt.getTime());
  return to > from ? { from, to } : null;
}

/** Whether nobody has told that a stay has ended, in a class that goes on. */
export function isStillIn({ joinTime, leaveTime, runEndedAt }: KnownStay, { isOver }: Pick<AttendanceFacts, 'isOver'>) {
  return !isOver && joinTime !== null && leaveTime === null && runEndedAt === null;
}

/**
 * What somebody is called, once anybody can be: not while the class goes on, for they may come yet, and not of one that was
 * cancelled or never had a room, unless a person said so.
 */
export function judgement(
  { verdict, corrected }: Pick<PersonFigures, 'verdict' | 'corrected'>,
  { isOver, fixedOutcome }: Pick<AttendanceFacts, 'isOver' | 'fixedOutcome'>,
): Verdict | null {
  return corrected || (isOver && fixedOutcome === null) ? verdict : null;
}

/** How much a figure is to be relied on. */
export function certaintyOf(doubts: readonly Doubt[]): Certainty {
  if (doubts.includes('start_unknown') || doubts.includes('end_unknown')) return 'unsure';
  return doubts.length > 0 ? 'likely' : 'sure';
}

function figuresOf(
  person: PersonStays,
  others: readonly Interval[],
  lateFrom: Date,
  facts: AttendanceFacts,
): PersonFigures {
  const there = intervalsOf(person, facts);
  const together = intersection(there, others);
  const counted = inClass(there, together, facts);
  const [first, last] = [there[0], there.at(-1)];
  const corrected = facts.correctedVerdicts.get(person.personKey);
  return {
    personKey: person.personKey,
    verdict: corrected ?? verdictOf(counted, lateFrom, facts),
    corrected: corrected !== undefined,
    presentSeconds: secondsOf(there),
    inClassSeconds: secondsOf(intersection(there, [plannedSpan(facts)])),
    overlapSeconds: secondsOf(together),
    firstJoinAt: first ? new Date(first.from) : null,
    lastLeaveAt: last ? new Date(last.to) : null,
    sources: sourcesOf(person.stays),
    doubts: doubtsOf(person.stays, facts),
  };
}

/**
 * The time that counts. Before the start that is only what was spent together: both may have begun early, but who tried
 * the room and went away again has not come yet.
 */
function inClass(
  there: readonly Interval[],
  together: readonly Interval[],
  { startsAt }: Pick<AttendanceFacts, 'startsAt'>,
): Interval[] {
  return union([...intersection(there, [{ from: startsAt.getTime(), to: Infinity }]), ...together]);
}

/** null: they never came */
function arrivalOf([first]: readonly Interval[]): number | null {
  return first?.from ?? null;
}

function verdictOf(counted: readonly Interval[], lateFrom: Date, { presentMinutes }: AttendanceFacts): Verdict {
  const arrival = arrivalOf(counted);
  if (arrival === null || secondsOf(counted) < presentMinutes * 60) return 'absent';
  return arrival > lateFrom.getTime() ? 'late' : 'present';
}

function plannedSpan({ startsAt, durationMinutes }: AttendanceFacts): Interval {
  return { from: startsAt.getTime(), to: addMinutes(startsAt, durationMinutes).getTime() };
}

function sourcesOf(stays: readonly KnownStay[]): string {
  const sources = stays.flatMap(({ source }) => (source === 'both' ? ['webhook', 'zoom_list'] : [source]));
  return [...new Set(sources)].sort().join(' ') || 'none';
}

function doubtsOf(stays: readonly KnownStay[], facts: AttendanceFacts): Doubt[] {
  const has: Record<(typeof DOUBTS_OF_STAYS)[number], boolean> = {
    start_unknown: stays.some(({ joinTime }) => joinTime === null),
    end_unknown: stays.some((stay) => stay.joinTime !== null && stay.leaveTime === null && !isStillIn(stay, facts)),
    by_account: stays.some(({ matchedBy }) => matchedBy === 'account'),
    by_address: stays.some(({ matchedBy }) => matchedBy === 'email'),
    by_name: stays.some(({ matchedBy }) => matchedBy === 'invite'),
    no_list: facts.isOver && !facts.listRead,
  };
  return DOUBTS_OF_STAYS.filter((doubt) => has[doubt]);
}

/** Whoever seems absent may be one of those who were there and could not be tied to anybody. */
function doubting(strangers: readonly PersonFigures[], { isOver }: AttendanceFacts) {
  const anybody = isOver && strangers.some(({ presentSeconds }) => presentSeconds > 0);
  return (figures: PersonFigures): PersonFigures => {
    if (!anybody || figures.corrected || figures.verdict !== 'absent') return figures;
    return { ...figures, doubts: [...figures.doubts, 'maybe_unknown'] };
  };
}

function whoCame(
  taught: PersonStays,
  teacher: PersonFigures,
  others: readonly PersonFigures[],
  facts: AttendanceFacts,
): WhoCame {
  const came = new Set(others.filter(({ verdict }) => verdict !== 'absent').map(({ personKey }) => personKey));
  const waited = [...facts.students, ...facts.strangers].filter(({ personKey }) => came.has(personKey));
  // Of whoever is said to have been there it is said that they were there with the other.
  const byHand = [...facts.correctedVerdicts].some(
    ([key, verdict]) => verdict !== 'absent' && (key === teacher.personKey || came.has(key)),
  );
  return {
    teacher: teacher.verdict !== 'absent',
    students: came.size > 0,
    met: byHand || teacher.overlapSeconds > 0,
    teacherFirst: firstArrival([taught], facts) <= firstArrival(waited, facts),
  };
}

/** Of people who never met, for whom nothing counts but the time from the start on. */
function firstArrival(people: readonly PersonStays[], facts: AttendanceFacts): number {
  return Math.min(...people.map((person) => arrivalOf(inClass(intervalsOf(person, facts), [], facts)) ?? Infinity));
}
