import type { ClassOutcome } from './classStates';

export interface WhoCame {
  readonly teacher: boolean;
  readonly students: boolean;
  /** whether the teacher and anybody else were there at the same time */
  readonly met: boolean;
  /** whether the teacher came before everybody else */
  readonly teacherFirst: boolean;
}

/** What became of a class whose room was there. Where both came and never met, whoever came first waited in vain. */
export function classOutcome({ teacher, students, met, teacherFirst }: WhoCame): ClassOutcome {
  if (teacher && students) {
    if (met) return 'held';
    return teacherFirst ? 'students_absent' : 'teacher_absent';
  }
  if (teacher) return 'students_absent';
  return students ? 'teacher_absent' : 'nobody_came';
}
