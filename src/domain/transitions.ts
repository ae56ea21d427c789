import type { ClassState } from './classStates';

/**
 * What can happen to a class date. The first group is done by people (`put_off`: moved so much later that its doors are
 * not open any more), the second told by Zoom, the third brought by time: `opened` at the lead time, `meeting_made` when
 * its meeting is there, `over` when its end (and grace) has passed and Zoom does not say it still runs, `settled` when
 * attendance has been reconciled.
 */
export const CLASS_EVENTS = [
  'rescheduled_earlier',
  'rescheduled_later',
  'put_off',
  'cancelled',
  'reopened',
  'teacher_changed',
  'roster_changed',
  'meeting_started',
  'meeting_ended',
  'meeting_deleted',
  'opened',
  'meeting_made',
  'over',
  'settled',
] as const;
export type ClassEvent = (typeof CLASS_EVENTS)[number];

/** Only the changes are listed: every pair that is not here leaves the class where it is. */
const CHANGES: Record<ClassState, Partial<Record<ClassEvent, ClassState>>> = {
  scheduled: {
    cancelled: 'cancelled',
    meeting_started: 'live',
    // What Zoom tells comes in any order: the start of the same run may be told later.
    meeting_ended: 'ended',
    opened: 'preparing',
    over: 'missed',
  },
  preparing: {
    rescheduled_later: 'scheduled',
    put_off: 'scheduled',
    cancelled: 'cancelled',
    meeting_started: 'live',
    meeting_ended: 'ended',
    meeting_made: 'ready',
    over: 'missed',
  },
  ready: {
    rescheduled_later: 'scheduled',
    put_off: 'scheduled',
    cancelled: 'cancelled',
    teacher_changed: 'preparing',
    meeting_started: 'live',
    meeting_ended: 'ended',
    meeting_deleted: 'preparing',
    over: 'ended',
  },
  live: {
    // Whoever is in the room now is not in the class of then.
    put_off: 'scheduled',
    cancelled: 'cancelled',
    teacher_changed: 'preparing',
    meeting_ended: 'ended',
    meeting_deleted: 'preparing',
    over: 'ended',
  },
  ended: {
    rescheduled_later: 'scheduled',
    put_off: 'scheduled',
    reopened: 'scheduled',
    // The host came back: the same meeting, a new instance.
    meeting_started: 'live',
    // Before its time is over it needs a room that people can come back to.
    meeting_deleted: 'preparing',
    settled: 'settled',
  },
  settled: {
    rescheduled_later: 'scheduled',
    put_off: 'scheduled',
    reopened: 'scheduled',
  },
  // A cancelled class stays so until somebody reopens it; late words from Zoom do not revive it.
  cancelled: {
    reopened: 'scheduled',
  },
  missed: {
    // A run of its own, of which Zoom's words came late: it was held after all.
    meeting_started: 'ended',
    meeting_ended: 'ended',
    rescheduled_later: 'scheduled',
    put_off: 'scheduled',
    reopened: 'scheduled',
  },
};

/** The state of a class after an event. Pure: workflows, commands and webhooks all ask here. */
export function nextClassState(state: ClassState, event: ClassEvent): ClassState {
  return CHANGES[state][event] ?? state;
}
