import { concludeAttendance, DOUBTS, type Conclusion, type PersonFigures } from '../domain/attendance';
import { AttendanceCorrection } from '../models/AttendanceCorrection';
import { AttendanceRevision } from '../models/AttendanceRevision';
import { ClassAttendance } from '../models/ClassAttendance';
import { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { findPassNames } from './findPassNames';
import { findWaits } from './findWaits';
import { withNames, type ClassRow } from './listClassDates';
import { readAttendance, teacherIn, type AttendanceRecord } from './readAttendance';

/** Everything that is shown of who was in a class. */
export interface AttendancePage extends ClassRow {
  readonly record: AttendanceRecord;
  /** as it was settled last; as it looks now, until then */
  readonly conclusion: Conclusion;
  /** null until it has been settled; of a class that takes place once more, until it has been settled anew */
  readonly revision: AttendanceRevision | null;
  readonly revisions: readonly AttendanceRevision[];
  /** those that were taken back, too */
  readonly corrections: readonly AttendanceCorrection[];
  /** by pass id */
  readonly passNames: ReadonlyMap<number, string>;
  /** seconds in Zoom's waiting room, by pass id; shown, never counted */
  readonly waits: ReadonlyMap<number, number>;
  /** by user id: who corrected something, and who was said to have been the teacher, though the class is another's since */
  readonly userNames: ReadonlyMap<number, string>;
}

/** @param teacherId whose class it has to be; null for anybody's */
export async function findAttendancePage(
  id: number,
  teacherId: number | null,
  now: Date,
): Promise<AttendancePage | null> {
  const classDate = await ClassDate.findOne({ where: { id, ...(teacherId === null ? {} : { teacherId }) } });
  const [row] = classDate ? await withNames([classDate]) : [];
  if (!classDate || !row) return null;
  const record = await readAttendance(classDate, now);
  const where = { classDateId: id };
  const revisions = await AttendanceRevision.findAll({ where, order: [['revision', 'DESC']] });
  const corrections = await AttendanceCorrection.findAll({ where, order: [['id', 'DESC']] });
  // Those of a time that the class had before are told, but say nothing of the one it has.
  const revision = classDate.settledAt === null ? null : (revisions[0] ?? null);
  const names = await findPassNames(record.passes);
  return {
    ...row,
    record,
    conclusion: await asSettled(concludeAttendance(record.facts), revision),
    ...{ revision, revisions, corrections },
    passNames: new Map([...names].map(([passId, { firstName, lastName }]) => [passId, `${firstName} ${lastName}`])),
    waits: await findWaits(classDate, classDate.closedAt === null ? now : null),
    userNames: await findUserNames(revisions, corrections),
  };
}

/** What was settled stands until it is settled anew, whatever has become known meanwhile. */
async function asSettled(now: Conclusion, last: AttendanceRevision | null): Promise<Conclusion> {
  if (!last) return now;
  const { classDateId, revision, outcome } = last;
  const rows = await ClassAttendance.findAll({ where: { classDateId, revision }, order: ['id'] });
  const [teacher = now.teacher, ...students] = rows.map((row) => figuresIn(row));
  return { ...now, outcome, teacher, students };
}

function figuresIn(row: ClassAttendance): PersonFigures {
  const { personKey, verdict, corrected, presentSeconds, inClassSeconds, overlapSeconds } = row;
  const { firstJoinAt, lastLeaveAt, sources } = row;
  const words = row.doubts.split(' ');
  return {
    ...{ personKey, verdict, corrected, presentSeconds, inClassSeconds, overlapSeconds },
    ...{ firstJoinAt, lastLeaveAt, sources },
    doubts: DOUBTS.filter((doubt) => words.includes(doubt)),
  };
}

async function findUserNames(
  revisions: readonly AttendanceRevision[],
  corrections: readonly AttendanceCorrection[],
): Promise<Map<number, string>> {
  const ids = [
    ...revisions.map(({ madeBy }) => madeBy),
    ...corrections.flatMap(({ madeBy, endedBy, value }) => [madeBy, endedBy, teacherIn(value)]),
  ];
  const users = await User.findAll({ where: { id: [...new Set(ids.filter((id) => id !== null))] } });
  return new Map(users.map(({ id, fullName }) => [id, fullName]));
}
