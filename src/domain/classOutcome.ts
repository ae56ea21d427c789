import type { ClassOutcome } from './classStates';

/** What became of a class whose room was there. */
export function outcomeOf({ teacher, students }: { teacher: boolean; students: boolean }): ClassOutcome {
  if (teacher && students) return 'held';
  if (teacher) return 'students_absent';
  return students ? 'teacher_absent' : 'nobody_came';
}
