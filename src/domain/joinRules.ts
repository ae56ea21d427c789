import { actualState, type ClassState } from './classStates';
import { classTimes, type ClassSchedule, type ClassTimes } from './classTimes';

/** What somebody with a good pass finds at the door of a class. */
export type Door =
  'not_yet' | 'room_being_made' | 'waiting_for_teacher' | 'live' | 'teacher_gone' | 'over' | 'cancelled';

export interface DoorFacts {
  readonly state: ClassState;
  readonly endedAt: Date | null;
  readonly closedAt: Date | null;
  readonly schedule: ClassSchedule;
  /** There is a meeting to send people to. */
  readonly hasRoom: boolean;
}

/**
 * Admission depends on the class's state and the clock, never on an expiry stored with the pass: an overrun or a restart
 * keeps the door open. src/commands/claimPass says the same in SQL, by the database's clock; the tests hold the two
 * against each other.
 */
export function doorOf({ closedAt, schedule, hasRoom, ...facts }: DoorFacts, now: Date): Door {
  const times = classTimes(schedule);
  const state = actualState({ ...facts, closedAt, startsAt: times.startsAt });
  if (state === 'cancelled') return 'cancelled';
  if (closedAt !== null || now >= doorClosesAt(state, times)) return 'over';
  if (state === 'scheduled' && now < times.opensAt) return 'not_yet';
  if (state === 'ended' && !hasRoom) return 'over';
  const door = BEFORE_CLOSING[state];
  return isOpen(door) && !hasRoom ? 'room_being_made' : door;
}

/** When the door closes by itself: a class that is live may overrun. */
export function doorClosesAt(state: ClassState, { closesAt, hardCapAt }: ClassTimes): Date {
  return state === 'live' ? hardCapAt : closesAt;
}

const BEFORE_CLOSING: Readonly<Record<Exclude<ClassState, 'cancelled'>, Door>> = {
  scheduled: 'room_being_made',
  preparing: 'room_being_made',
  ready: 'waiting_for_teacher',
  live: 'live',
  ended: 'teacher_gone',
  settled: 'over',
  missed: 'over',
};

const OPEN: readonly Door[] = ['waiting_for_teacher', 'live', 'teacher_gone'];

/** Whether the Join button is there. */
export function isOpen(door: Door): boolean {
  return OPEN.includes(door);
}

/** A room that is being made is looked for this often: the button must be there within 15 s. */
const NEAR_SECONDS = 10;
/** Whoever waits for the teacher can go in all the same. */
const TEACHER_SECONDS = 30;
/** Further off than this a page is looked at again when its time has come nearer. */
const NEAR_WINDOW_SECONDS = 120;
const LONGEST_SECONDS = 30 * 60;

/** After how many seconds a page without script should ask again, or null when waiting changes nothing. */
export function refreshSeconds(door: Door, opensAt: Date, now: Date): number | null {
  if (door === 'room_being_made') return NEAR_SECONDS;
  if (door === 'waiting_for_teacher') return TEACHER_SECONDS;
  if (door !== 'not_yet') return null;
  const left = Math.ceil((opensAt.getTime() - now.getTime()) / 1000);
  if (left <= NEAR_WINDOW_SECONDS) return NEAR_SECONDS;
  return Math.min(left - NEAR_WINDOW_SECONDS + 1, LONGEST_SECONDS);
}
