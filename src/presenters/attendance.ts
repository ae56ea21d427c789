import {
  certaintyOf,
  intervalsOf,
  isStillIn,
  judgement,
  type AttendanceFacts,
  type PersonFigures,
  type PersonStays,
} from '../domain/attendance';
import { isOver } from '../domain/classStates';
import { addMinutes } from '../domain/clock';
import { secondsOf, type Interval } from '../domain/intervals';
import type { Stranger } from '../domain/strangers';
import type { ZoomParticipant } from '../models/ZoomParticipant';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import type { AttendancePage } from '../queries/findAttendancePage';
import { personKey } from '../security/joinPass';
import { barsOf, spansInWords, timeLine } from './attendanceBars';
import {
  CERTAINTY_WORDS,
  DOUBT_WORDS,
  LIST_NOT_READ,
  sourcesInWords,
  VERDICT_TONES,
  VERDICT_WORDS,
  type Tone,
} from './attendanceWords';
import { outcomeInWords, presentClassRow } from './classDate';
import { formatClock, formatInstant } from './classTime';

/** Somebody who was, or should have been, in the class. */
export interface Attendee {
  readonly figures: PersonFigures;
  readonly stays: PersonStays;
  readonly name: string;
  readonly role: 'teacher' | 'student' | 'guest' | 'unknown';
  /** when they last pressed Join for the class at the time it has; shown, never counted */
  readonly pressedAt: Date | null;
  /** in Zoom's waiting room; shown, never counted */
  readonly waitedSeconds: number;
}

/** The teacher first, then those with a pass, then the names nobody has been found for. */
export function attendeesOf(page: AttendancePage): Attendee[] {
  const { conclusion, record, teacherName, passNames, waits } = page;
  const { facts, passes, strangers } = record;
  const passOf = new Map(passes.map((pass) => [personKey(pass) as string, pass]));
  const staysOf = new Map([facts.teacher, ...facts.students, ...facts.strangers].map((one) => [one.personKey, one]));
  const attendee = (figures: PersonFigures, more: Pick<Attendee, 'name' | 'role'> & Partial<Attendee>): Attendee => ({
    figures,
    stays: staysOf.get(figures.personKey) ?? { personKey: figures.personKey, stays: [] },
    pressedAt: null,
    waitedSeconds: 0,
    ...more,
  });
  return [
    attendee(conclusion.teacher, { name: teacherName, role: 'teacher' }),
    ...conclusion.students.map((figures) => {
      const pass = passOf.get(figures.personKey);
      const name = (pass && passNames.get(pass.id)) ?? 'Somebody who is gone';
      const role = figures.personKey.startsWith('guest:') ? 'guest' : 'student';
      return attendee(figures, {
        name,
        role,
        ...(pass && { pressedAt: pressedAt(pass, facts), waitedSeconds: waits.get(pass.id) ?? 0 }),
      });
    }),
    ...conclusion.strangers.map((figures) => {
      const name = strangerName(strangers.find(({ keys }) => keys[0] === figures.personKey));
      return attendee(figures, { name, role: 'unknown' });
    }),
  ];
}

/** Nobody gets in before the doors open: what was before is of a time that the class had. */
function pressedAt({ usedAt }: ZoomSecureToken, { opensAt }: AttendanceFacts): Date | null {
  return usedAt !== null && usedAt >= opensAt ? usedAt : null;
}

/** As they called themselves at Zoom, which may have been several names. */
export function strangerName(stranger: Stranger<ZoomParticipant> | undefined): string {
  const names = stranger?.stays.map(({ userName }) => userName);
  return [...new Set(names)].filter(Boolean).join(', ') || 'Somebody without a name';
}

/** The page of a class's attendance as plain values. */
export function presentAttendance(page: AttendancePage, readerZone: string | null) {
  const { classDate, conclusion, record } = page;
  const zone = readerZone ?? classDate.timeZone;
  const { facts } = record;
  const attendees = attendeesOf(page);
  const planned = plannedSpan(page);
  const spans = attendees.flatMap(({ stays }) => intervalsOf(stays, facts));
  const line = timeLine(planned, spans, zone);
  const present = (one: Attendee) => ({
    ...presentAttendee(one, page, zone),
    bars: barsOf(one.stays.stays, facts, line.span),
    ...{ planned: line.planned, ticks: line.ticks },
  });
  return {
    ...presentClassRow(page, readerZone),
    id: classDate.id,
    zone,
    figures: figuresInWords(page, zone),
    changes: !isOver(classDate.state),
    over: facts.isOver,
    cancelled: classDate.state === 'cancelled',
    began: spans.length > 0 || facts.isOver,
    unheard: isUnheard(classDate),
    outcome: outcomeNow(page),
    teacherMinutes: minutesInWords(conclusion.teacher.presentSeconds),
    togetherMinutes: minutesInWords(conclusion.teacher.overlapSeconds),
    formerMinutes: facts.formerTeachers.length > 0 ? minutesInWords(formerSeconds(facts)) : null,
    people: attendees.filter(({ role }) => role !== 'unknown').map(present),
    strangers: attendees.filter(({ role }) => role === 'unknown').map(present),
  };
}

/** It runs, or has run, in its time; where nobody was told of, that is known only by asking Zoom. */
function isUnheard({ state, liveAt, startsAt }: AttendancePage['classDate']): boolean {
  return state === 'live' || (liveAt !== null && liveAt >= startsAt);
}

/** How final the figures are. */
function figuresInWords({ classDate, record, revision }: AttendancePage, zone: string): string {
  if (revision) return `settled ${formatInstant(revision.createdAt, zone)}`;
  if (classDate.state === 'cancelled') return 'as Zoom told them; a cancelled class is not settled';
  if (classDate.state === 'missed') return 'there are none to come: it never had a room';
  if (record.facts.isOver)
    return `provisional: Zoom’s own list is read some ${classDate.settleMinutes} minutes after the end`;
  return 'provisional: they go on changing until the class is over';
}

function outcomeNow({ classDate, conclusion, record }: AttendancePage): string {
  if (!record.facts.isOver) return 'not known before the class is over';
  const outcome = outcomeInWords(conclusion.outcome);
  return isOver(classDate.state) ? outcome : `${outcome}, as it looks now`;
}

function presentAttendee(
  { figures, stays, name, role, pressedAt, waitedSeconds }: Attendee,
  page: AttendancePage,
  zone: string,
) {
  const { facts, classDate } = page.record;
  const clock = (at: Date | null) => (at === null ? null : formatClock(at, zone));
  return {
    ...{ name, role },
    key: figures.personKey,
    ...verdictOf({ figures, stays }, facts),
    corrected: figures.corrected,
    minutes: minutesInWords(figures.presentSeconds),
    share: shareInWords(figures, classDate.durationMinutes),
    together: role === 'teacher' ? null : minutesInWords(figures.overlapSeconds),
    ...{ first: clock(figures.firstJoinAt), last: clock(figures.lastLeaveAt) },
    stillIn: isIn(stays, facts),
    spans: spansInWords(intervalsOf(stays, facts), zone),
    certainty: CERTAINTY_WORDS[certaintyOf(figures.doubts)],
    doubts: figures.doubts.map((doubt) => (doubt === 'no_list' && !page.revision ? LIST_NOT_READ : DOUBT_WORDS[doubt])),
    sources: sourcesInWords(figures.sources),
    pressedAt: clock(pressedAt),
    waited: waitedSeconds === 0 ? null : minutesInWords(waitedSeconds),
  };
}

export function verdictOf(
  { figures, stays }: Pick<Attendee, 'figures' | 'stays'>,
  facts: AttendanceFacts,
): { verdict: string; tone: Tone } {
  const verdict = judgement(figures, facts);
  if (verdict !== null) return { verdict: VERDICT_WORDS[verdict], tone: VERDICT_TONES[verdict] };
  const neverIn = figures.firstJoinAt === null;
  if (facts.isOver) return { verdict: neverIn ? 'Not in' : 'Was in', tone: 'plain' };
  if (isIn(stays, facts)) return { verdict: 'In now', tone: 'good' };
  return { verdict: neverIn ? 'Not in yet' : 'Has left', tone: 'plain' };
}

function isIn({ stays }: PersonStays, facts: AttendanceFacts): boolean {
  return stays.some((stay) => isStillIn(stay, facts));
}

function formerSeconds(facts: AttendanceFacts): number {
  return secondsOf(intervalsOf({ stays: facts.formerTeachers }, facts));
}

function plannedSpan({ classDate: { startsAt, durationMinutes } }: AttendancePage): Interval {
  return { from: startsAt.getTime(), to: addMinutes(startsAt, durationMinutes).getTime() };
}

/** Whole ones, as the thresholds count them: whoever was there for 59 seconds was not there for a minute. */
export function minutes(seconds: number): number {
  return Math.floor(seconds / 60);
}

function minutesInWords(seconds: number): string {
  return seconds > 0 && seconds < 60 ? 'under 1' : String(minutes(seconds));
}

/** How much of the planned class somebody was there for. */
export function shareOf({ inClassSeconds }: PersonFigures, durationMinutes: number): number {
  return Math.round((100 * inClassSeconds) / (durationMinutes * 60));
}

function shareInWords(figures: PersonFigures, durationMinutes: number): string {
  return `${shareOf(figures, durationMinutes)} %`;
}
