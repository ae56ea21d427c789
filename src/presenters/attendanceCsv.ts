import { DateTime } from 'luxon';
import { certaintyOf } from '../domain/attendance';
import type { AttendancePage } from '../queries/findAttendancePage';
import { attendeesOf, minutes, shareOf, verdictOf } from './attendance';
import { CERTAINTY_WORDS, sourcesInWords } from './attendanceWords';
import type { CsvCell } from './csv';

export const ATTENDANCE_CSV_HEAD = [
  'name',
  'role',
  'verdict',
  'corrected by hand',
  'minutes there',
  'percent of the class',
  'minutes together with the teacher',
  'first in',
  'last out',
  'minutes in the waiting room',
  'certainty',
  'from',
  'state',
] as const;

/** Instants are written with the zone's offset, which spreadsheets and programs both read. */
export function attendanceCsvRows(page: AttendancePage, zone: string): CsvCell[][] {
  const state = stateInWords(page);
  const instant = (at: Date | null) => at && DateTime.fromJSDate(at, { zone }).toISO({ suppressMilliseconds: true });
  return attendeesOf(page).map(({ figures, stays, name, role, waitedSeconds }) => [
    name,
    role,
    verdictOf({ figures, stays }, page.record.facts).verdict.toLowerCase(),
    figures.corrected ? 'yes' : 'no',
    minutes(figures.presentSeconds),
    shareOf(figures, page.classDate.durationMinutes),
    role === 'teacher' ? null : minutes(figures.overlapSeconds),
    instant(figures.firstJoinAt),
    instant(figures.lastLeaveAt),
    role === 'student' || role === 'guest' ? minutes(waitedSeconds) : null,
    CERTAINTY_WORDS[certaintyOf(figures.doubts)],
    sourcesInWords(figures.sources),
    state,
  ]);
}

function stateInWords({ classDate: { state }, revision }: AttendancePage): string {
  if (revision) return `settled, revision ${revision.revision}`;
  return state === 'cancelled' || state === 'missed' ? state : 'provisional';
}
