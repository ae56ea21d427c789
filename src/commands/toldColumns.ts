import { toldOf, type ClassToTell } from '../domain/told';

/** What somebody knows of a class from then on, for their row in the ledger. */
export function toldColumns(classDate: ClassToTell, toldAt: Date) {
  const { startsAt, durationMinutes, teacherId, off } = toldOf(classDate);
  return {
    ...{ toldAt, toldStartsAt: startsAt, toldDurationMinutes: durationMinutes },
    ...{ toldTeacherId: teacherId, toldOff: off },
  };
}
