/** Where a class date stands. `cancelled` and `missed` (over, and never held) stand aside of the main line. */
export const CLASS_STATES = [
  'scheduled',
  'preparing',
  'ready',
  'live',
  'ended',
  'settled',
  'cancelled',
  'missed',
] as const;
export type ClassState = (typeof CLASS_STATES)[number];

/** Nothing more will happen to a class in one of these, except that later evidence settles it anew. */
export const OVER_STATES: readonly ClassState[] = ['settled', 'cancelled', 'missed'];

export function isOver(state: ClassState): boolean {
  return OVER_STATES.includes(state);
}

/** Whether nobody gets in any more, unless it is reopened: a link to it leads nowhere. */
export function isShut({ state, closedAt }: { state: ClassState; closedAt: Date | null }): boolean {
  return closedAt !== null || isOver(state);
}

/** Whether it has its room and still has to begin: a meeting that was over before the class's start was only a try. */
export function isToBegin({ state, endedAt }: { state: ClassState; endedAt: Date | null }, startsAt: Date): boolean {
  return state === 'ready' || (state === 'ended' && endedAt !== null && endedAt < startsAt);
}

/** What decides in which state a class is. */
export interface StateFacts {
  readonly state: ClassState;
  readonly endedAt: Date | null;
  readonly closedAt: Date | null;
  readonly startsAt: Date;
}

/**
 * The state that a class is in for whoever looks at it, comes to it or changes it: one whose room was only tried is open
 * still, until its doors close. src/queries/inStates asks for the same in SQL.
 */
export function actualState(facts: StateFacts): ClassState {
  return facts.closedAt === null && isToBegin(facts, facts.startsAt) ? 'ready' : facts.state;
}

/** Live since before its start: that was a try of the room, perhaps, of whose end no word came. */
export function isLiveEarly({ state, liveAt }: { state: ClassState; liveAt: Date | null }, startsAt: Date): boolean {
  return state === 'live' && liveAt !== null && liveAt < startsAt;
}

/** Since when a class is live that Zoom says to run now: a try of its room does not count. */
export function liveSince(
  facts: { state: ClassState; liveAt: Date | null; endedAt: Date | null },
  startsAt: Date,
  now: Date,
): Date {
  const { liveAt } = facts;
  const onlyTried = liveAt !== null && liveAt < startsAt && isToBegin(facts, startsAt);
  return onlyTried ? now : (liveAt ?? now);
}

/** Whether it has still to begin, with a room or before it has one. */
export function isToCome(classDate: { state: ClassState; endedAt: Date | null }, startsAt: Date): boolean {
  const { state } = classDate;
  return state === 'scheduled' || state === 'preparing' || isToBegin(classDate, startsAt);
}

/** Why a class is not further along; shown to people in words of their own. */
export type StateReason =
  | 'teacher_not_connected'
  | 'zoom_not_configured'
  | 'zoom_refused'
  | 'zoom_unreachable'
  | 'zoom_daily_limit'
  | 'not_started'
  | 'overrun';

/** What became of a class; every class that is over has one. */
export const CLASS_OUTCOMES = [
  'held',
  'teacher_absent',
  'students_absent',
  'nobody_came',
  'room_failed',
  'cancelled',
] as const;
/** What a person may say became of a class; that it was cancelled has a way of its own. */
export const CORRECTED_OUTCOMES = CLASS_OUTCOMES.filter((outcome) => outcome !== 'cancelled');
export type ClassOutcome = (typeof CLASS_OUTCOMES)[number];

/** What became of a class in such a state, whoever came; null where that depends on who came. */
export function fixedOutcome(state: ClassState): ClassOutcome | null {
  if (state === 'missed') return 'room_failed';
  return state === 'cancelled' ? 'cancelled' : null;
}
