import type { z } from 'zod';
import { certaintyOf, judgement, type AttendanceFacts, type PersonFigures } from '../domain/attendance';
import { actualState } from '../domain/classStates';
import type { AttendancePage } from '../queries/findAttendancePage';
import type { BookOrder } from '../models/BookOrder';
import type { attendance as attendanceSchema } from '../routes/api/schemas';
import { personKey } from '../security/joinPass';

type Attendance = z.infer<typeof attendanceSchema>;

/**
 * Who was in a class, for programs.
 *
 * @param buyers what the order calls those who bought it, by person
 */
export function presentExternalAttendance(
  order: BookOrder,
  { classDate, teacherName, conclusion, revision, passNames, record }: AttendancePage,
  buyers: ReadonlyMap<string, string>,
): Attendance {
  const names = new Map([
    ...record.passes.map((pass) => [personKey(pass), passNames.get(pass.id) ?? ''] as const),
    ...buyers,
  ]);
  return {
    order: order.externalId ?? '',
    classDate: classDate.externalId ?? '',
    state: actualState(classDate),
    settled: classDate.state === 'settled',
    revision: revision?.revision ?? null,
    outcome: revision?.outcome ?? classDate.outcome,
    people: [
      presentAttendee({ ...conclusion.teacher, personKey: 'teacher' }, teacherName, record.facts),
      ...conclusion.students.map((figures) =>
        presentAttendee(figures, names.get(figures.personKey) ?? '', record.facts),
      ),
    ],
    unknownPeople: record.strangers.length,
  };
}

function presentAttendee(figures: PersonFigures, name: string, facts: AttendanceFacts): Attendance['people'][number] {
  const { personKey: person, corrected, doubts } = figures;
  return {
    ...{ person, name, verdict: judgement(figures, facts), corrected },
    minutesPresent: minutes(figures.presentSeconds),
    minutesInClass: minutes(figures.inClassSeconds),
    minutesTogether: minutes(figures.overlapSeconds),
    firstJoinAt: figures.firstJoinAt?.toISOString() ?? null,
    lastLeaveAt: figures.lastLeaveAt?.toISOString() ?? null,
    sources: (['webhook', 'zoom_list'] as const).filter((source) => figures.sources.split(' ').includes(source)),
    certainty: certaintyOf(doubts),
    doubts: [...doubts],
  };
}

/** To a tenth. */
function minutes(seconds: number): number {
  return Math.round(seconds / 6) / 10;
}
