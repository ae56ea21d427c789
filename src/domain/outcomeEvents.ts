import type { ClassState } from './classStates';

/** What the feed tells of classes. */
export const OUTCOME_EVENTS = [
  'class.booked',
  'class.rescheduled',
  'class.teacher_changed',
  'class.cancelled',
  'class.reopened',
  'class.at_risk',
  'class.ready',
  'class.live',
  'class.teacher_absent',
  'class.ended',
  'class.missed',
  'class.settled',
  'attendance.revised',
] as const;
export type OutcomeEventType = (typeof OUTCOME_EVENTS)[number];

const ON_ENTERING: Readonly<Partial<Record<ClassState, OutcomeEventType>>> = {
  ready: 'class.ready',
  live: 'class.live',
  ended: 'class.ended',
  missed: 'class.missed',
  settled: 'class.settled',
  cancelled: 'class.cancelled',
};

/** What there is to tell when a class goes from one state to another; null where that is only our own affair. */
export function eventOnEntering(former: ClassState, state: ClassState): OutcomeEventType | null {
  return former === state ? null : (ON_ENTERING[state] ?? null);
}
