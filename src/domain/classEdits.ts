import { addMinutes } from './clock';
import { actualState, type StateFacts } from './classStates';
import type { ClassToTell } from './told';
import { nextClassState } from './transitions';

/** What can be done to a class date that is booked. */
export type ClassEditKind = 'schedule' | 'teacher' | 'cancellation' | 'reopening';

/** Nobody, where it is not known yet who. */
const SOMEBODY_ELSE = 0;

/** What can be done to a class in the state it is in; one that is over goes on only by being reopened. */
export function editsOf(classDate: StateFacts): readonly ClassEditKind[] {
  switch (actualState(classDate)) {
    case 'scheduled':
    case 'preparing':
    case 'ready':
    case 'live':
      return ['schedule', 'teacher', 'cancellation'];
    case 'ended':
    case 'settled':
    case 'cancelled':
    case 'missed':
      return ['reopening'];
  }
}

/** A class as it would be after an edit of which the particulars are not known yet: another time, another teacher. */
export function afterEdit(kind: ClassEditKind, classDate: ClassToTell & StateFacts): ClassToTell {
  const { startsAt, durationMinutes, teacherId } = classDate;
  const state = actualState(classDate);
  const same = { startsAt, durationMinutes, teacherId, state };
  switch (kind) {
    case 'schedule':
      return { ...same, startsAt: addMinutes(startsAt, 1) };
    case 'teacher':
      return { ...same, teacherId: SOMEBODY_ELSE };
    case 'cancellation':
      return { ...same, state: nextClassState(state, 'cancelled') };
    case 'reopening':
      return { ...same, state: nextClassState(state, 'reopened') };
  }
}
