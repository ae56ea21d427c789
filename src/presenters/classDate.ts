import { assertNever } from '../domain/assertNever';
import { actualState, fixedOutcome, type ClassOutcome, type ClassState, type StateReason } from '../domain/classStates';
import type { ClassRow } from '../queries/listClassDates';
import { formatDuration, formatInstant } from './classTime';

/** A class date in a list. */
export interface PresentedClassRow {
  readonly title: string;
  readonly teacherName: string;
  readonly startsAt: string;
  readonly duration: string;
  readonly state: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** What needs somebody, in a few words each. */
  readonly remarks: readonly string[];
}

export function presentClassRow(
  { classDate, title, teacherName }: ClassRow,
  zone: string | null,
  remarks: readonly string[] = [],
): PresentedClassRow {
  const { startsAt, timeZone, durationMinutes, stateReason, outcome } = classDate;
  const state = actualState(classDate);
  return {
    title,
    teacherName,
    startsAt: formatInstant(startsAt, zone ?? timeZone),
    duration: formatDuration(durationMinutes),
    state: stateInShort(state, stateReason, outcome),
    tone: toneOf(state, stateReason, outcome),
    remarks,
  };
}

/** The state for a list or a heading; of a class that is over, what became of it. */
export function stateInShort(state: ClassState, reason: StateReason | null, outcome: ClassOutcome | null): string {
  if (outcome && (state === 'settled' || isKnownBetter(state, outcome))) return outcomeInWords(outcome);
  return reason ? `${stateInWords(state)}: ${REASONS_IN_SHORT[reason]}` : stateInWords(state);
}

/** A class that we missed may have been held elsewhere, as people say. */
function isKnownBetter(state: ClassState, outcome: ClassOutcome | null): boolean {
  return state === 'missed' && outcome !== null && outcome !== fixedOutcome(state);
}

const REASONS_IN_SHORT: Readonly<Record<StateReason, string>> = {
  teacher_not_connected: 'Zoom not connected',
  zoom_not_configured: 'Zoom settings wrong',
  zoom_refused: 'Zoom refuses',
  zoom_unreachable: 'Zoom does not answer',
  zoom_daily_limit: 'Zoom’s daily limit',
  not_started: 'not started',
  overrun: 'overruns',
};

/** A state as a person would say it. */
function stateInWords(state: ClassState): string {
  switch (state) {
    case 'scheduled':
      return 'Booked';
    case 'preparing':
      return 'Room is being made';
    case 'ready':
      return 'Room is open';
    case 'live':
      return 'Live';
    case 'ended':
      return 'Ended';
    case 'settled':
      return 'Settled';
    case 'cancelled':
      return 'Cancelled';
    case 'missed':
      return 'Missed';
    default:
      return assertNever(state);
  }
}

export function reasonInWords(reason: StateReason): string {
  switch (reason) {
    case 'teacher_not_connected':
      return 'The teacher has not connected Zoom. It goes on by itself as soon as they do.';
    case 'zoom_not_configured':
      return 'Zoom does not accept our app’s credentials. Check the Zoom settings.';
    case 'zoom_refused':
      return 'Zoom refused to make the room. It is tried again.';
    case 'zoom_unreachable':
      return 'Zoom does not answer. It is tried again.';
    case 'zoom_daily_limit':
      return 'The teacher’s Zoom account has used up its daily limit. It is tried again after 00:00 UTC.';
    case 'not_started':
      return 'It should have started; the teacher has been told.';
    case 'overrun':
      return 'It runs past its end; the door stays open.';
    default:
      return assertNever(reason);
  }
}

export function outcomeInWords(outcome: ClassOutcome): string {
  switch (outcome) {
    case 'held':
      return 'Held';
    case 'teacher_absent':
      return 'The teacher did not come';
    case 'students_absent':
      return 'No student came';
    case 'nobody_came':
      return 'Nobody came';
    case 'room_failed':
      return 'There was no room';
    case 'cancelled':
      return 'Cancelled';
    default:
      return assertNever(outcome);
  }
}

function toneOf(state: ClassState, reason: StateReason | null, outcome: ClassOutcome | null) {
  if ((state === 'missed' && !isKnownBetter(state, outcome)) || (reason !== null && reason !== 'overrun')) return 'bad';
  if (state === 'live' || state === 'ready' || outcome === 'held') return 'good';
  return 'plain';
}
