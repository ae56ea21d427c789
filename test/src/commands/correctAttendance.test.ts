import {
  correctAttendance,
  undoCorrection,
  type AttendanceCorrectionInput,
} from '../../../src/commands/correctAttendance';
import { FieldErrors } from '../../../src/errors';
import { AttendanceCorrection } from '../../../src/models/AttendanceCorrection';
import { AttendanceRevision } from '../../../src/models/AttendanceRevision';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { settleClass } from '../../../src/commands/settleClass';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { personKey } from '../../../src/security/joinPass';
import { buildAttendedClass, type AttendedClass, type AttendedStay } from '../../factories/attendedClasses';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let admin: { userId: number; ipAddress: null; userAgent: null };

beforeAll(async () => {
  website = await startWebsite();
  admin = { userId: (await buildUser('admin')).id, ipAddress: null, userAgent: null };
});

afterAll(() => website.close());

const STAYS: readonly AttendedStay[] = [
  ['teacher', 0, 60],
  ['student', 0, 60],
  [{ name: 'iPhone', zoomUserId: 'zoom-1' }, 5, 30],
  [{ name: 'Mum’s iPhone', zoomUserId: 'zoom-1' }, 32, 60],
];

/** Zoom is not there in this test, so a class is settled once it has been asked for long enough. */
async function settle({ classDate }: AttendedClass): Promise<void> {
  await settleClass(website.deps, { classDateId: classDate.id, now: new Date(Date.now() + 24 * 60 * 60_000) });
}

async function latest({ classDate: { id: classDateId } }: AttendedClass) {
  const last = await AttendanceRevision.findOne({
    where: { classDateId },
    order: [['revision', 'DESC']],
    rejectOnEmpty: true,
  });
  const rows = await ClassAttendance.findAll({ where: { classDateId, revision: last.revision }, order: ['id'] });
  return {
    revision: last.revision,
    cause: last.cause,
    outcome: last.outcome,
    people: rows.map(({ verdict, presentSeconds, corrected }) => [verdict, presentSeconds / 60, corrected]),
  };
}

type Input = Omit<AttendanceCorrectionInput, 'classDateId' | 'reason'> & { readonly reason?: string };

function correct({ classDate }: AttendedClass, input: Input): Promise<void> {
  return correctAttendance(website.deps, { classDateId: classDate.id, reason: 'She told me.', ...input }, admin);
}

async function undoLast({ classDate: { id: classDateId } }: AttendedClass): Promise<boolean> {
  const last = await AttendanceCorrection.findOne({ where: { classDateId }, order: [['id', 'DESC']] });
  return undoCorrection(website.deps, { classDateId, correctionId: last?.id ?? 0 }, admin);
}

async function fieldsWrong(work: Promise<void>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FieldErrors) return error.fields.map(({ field }) => field);
    throw error;
  }
  return [];
}

it('gives all stays of a name to a person, as a new revision, and takes that back', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const before = [
    ['present', 60, false],
    ['present', 60, false],
    ['absent', 0, false],
  ];
  expect(await latest(attended)).toEqual({ revision: 1, cause: 'settled', outcome: 'held', people: before });

  await correct(attended, { kind: 'person', subject: 'zoom:zoom-1', value: personKey(attended.guest) });
  const after = [...before.slice(0, 2), ['present', 53, false]];
  expect(await latest(attended)).toEqual({ revision: 2, cause: 'correction', outcome: 'held', people: after });

  expect(await undoLast(attended)).toBe(true);
  expect(await latest(attended)).toEqual({ revision: 3, cause: 'undone', outcome: 'held', people: before });
  expect(await undoLast(attended)).toBe(false);
  expect(await ClassAttendance.count({ where: { classDateId: attended.classDate.id } })).toBe(9);
  // What Zoom told stays what Zoom told.
  expect(await ZoomParticipant.count({ where: { zoomUserId: 'zoom-1', matchedBy: 'none' } })).toBe(2);
});

it('believes a person before the Zoom account that somebody shares', async () => {
  const attended = await buildAttendedClass(website.deps, [
    ['teacher', 0, 60],
    [{ name: 'Sam', zoomUserId: 'zoom-home', pass: 'student' }, 0, 30],
    [{ name: 'Mum', zoomUserId: 'zoom-home' }, 0, 50],
  ]);
  await settle(attended);
  const minutes = async () => (await latest(attended)).people.map(([, present]) => present);
  expect(await minutes()).toEqual([60, 50, 0]);
  const word = { kind: 'person', subject: 'zoom:zoom-home', value: personKey(attended.guest) } as const;
  await correct(attended, word);
  expect(await minutes()).toEqual([60, 30, 50]);
  expect(await undoLast(attended)).toBe(true);
  expect(await minutes()).toEqual([60, 50, 0]);
  await correct(attended, { ...word, value: 'nobody' });
  expect(await minutes()).toEqual([60, 30, 0]);
});

it('counts a name that is nobody of this class for nothing', async () => {
  const attended = await buildAttendedClass(website.deps, [
    ['teacher', 0, 60],
    [{ name: 'Note taker', zoomUserId: 'zoom-2' }, 0, 60],
  ]);
  await settle(attended);
  expect((await latest(attended)).outcome).toBe('held');
  await correct(attended, { kind: 'person', subject: 'zoom:zoom-2', value: 'nobody' });
  expect((await latest(attended)).outcome).toBe('students_absent');
  expect((await attended.classDate.reload()).outcome).toBe('students_absent');
});

it('believes a person before Zoom, and their last word before the one before', async () => {
  const attended = await buildAttendedClass(website.deps, [['student', 0, 60]]);
  await settle(attended);
  expect(await latest(attended)).toMatchObject({
    outcome: 'teacher_absent',
    people: [['absent', 0, false], expect.anything(), expect.anything()],
  });
  const subject = `teacher:${attended.teacher.id}`;
  await correct(attended, { kind: 'verdict', subject, value: 'late' });
  await correct(attended, { kind: 'verdict', subject, value: 'present' });
  expect(await latest(attended)).toMatchObject({ revision: 3, outcome: 'held' });
  expect((await latest(attended)).people[0]).toEqual(['present', 0, true]);
  await correct(attended, { kind: 'outcome', subject: '', value: 'room_failed' });
  expect((await attended.classDate.reload()).outcome).toBe('room_failed');
  // Both of the last words count; of the first nothing is left.
  const counting = await AttendanceCorrection.findAll({ where: { classDateId: attended.classDate.id, endedAt: null } });
  expect(counting.map(({ value }) => value)).toEqual(['present', 'room_failed']);
  // Later evidence does not undo what people said.
  await settle(attended);
  expect(await latest(attended)).toMatchObject({ revision: 4, outcome: 'room_failed' });
});

it('makes no revision that says what the last one said', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  await settle(attended);
  expect((await latest(attended)).revision).toBe(1);
});

it('is taken in by a settlement that is still to come', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await correct(attended, { kind: 'person', subject: 'zoom:zoom-1', value: personKey(attended.guest) });
  expect(await AttendanceRevision.count({ where: { classDateId: attended.classDate.id } })).toBe(0);
  await settle(attended);
  expect((await latest(attended)).people[2]).toEqual(['present', 53, false]);
});

describe('a class that never had a room', () => {
  const missed = { state: 'missed', outcome: 'room_failed', liveAt: null, endedAt: null } as const;

  it('may have taken place elsewhere, as people say, which counts at once and can be taken back', async () => {
    const attended = await buildAttendedClass(website.deps, [], missed);
    const { classDate } = attended;
    await correct(attended, { kind: 'verdict', subject: `teacher:${attended.teacher.id}`, value: 'present' });
    // Who was there does not say where: without a room it failed, until somebody says otherwise.
    expect(await latest(attended)).toMatchObject({ revision: 1, cause: 'correction', outcome: 'room_failed' });
    await correct(attended, { kind: 'outcome', subject: '', value: 'held' });
    expect(await latest(attended)).toMatchObject({
      revision: 2,
      outcome: 'held',
      people: [['present', 0, true], expect.anything(), expect.anything()],
    });
    expect(await classDate.reload()).toMatchObject({ state: 'missed', outcome: 'held' });
    const where = { classDateId: classDate.id, type: 'attendance.revised' };
    expect(await OutcomeEvent.count({ where })).toBe(2);
    await undoLast(attended);
    expect(await latest(attended)).toMatchObject({ revision: 3, cause: 'undone', outcome: 'room_failed' });
    expect((await classDate.reload()).outcome).toBe('room_failed');
  });
});

it('corrects nothing of a class that was cancelled', async () => {
  const cancelled = { state: 'cancelled', outcome: 'cancelled', closedAt: null, endedAt: null } as const;
  const attended = await buildAttendedClass(website.deps, STAYS, { ...cancelled, cancelledAt: new Date() });
  const inputs = [
    { kind: 'outcome', subject: '', value: 'held' },
    { kind: 'verdict', subject: personKey(attended.student), value: 'absent' },
    { kind: 'person', subject: 'zoom:zoom-1', value: 'nobody' },
  ] as const;
  for (const input of inputs) expect(await fieldsWrong(correct(attended, input))).toEqual(['value']);
  expect(await AttendanceCorrection.count({ where: { classDateId: attended.classDate.id } })).toBe(0);
});

it.each<[string, Input, string[]]>([
  ['a name that is nobody’s', { kind: 'person', subject: 'zoom:other', value: 'nobody' }, ['subject']],
  ['a person of another class', { kind: 'person', subject: 'zoom:zoom-1', value: 'user:999999' }, ['value']],
  ['a verdict on nobody', { kind: 'verdict', subject: 'user:999999', value: 'present' }, ['subject']],
  ['a verdict there is not', { kind: 'verdict', subject: 'teacher', value: 'asleep' }, ['value', 'subject']],
  ['an outcome of cancelled', { kind: 'outcome', subject: '', value: 'cancelled' }, ['value']],
  ['no reason', { kind: 'outcome', subject: '', value: 'held', reason: '  ' }, ['reason']],
  ['a reason without end', { kind: 'outcome', subject: '', value: 'held', reason: 'x'.repeat(501) }, ['reason']],
])('refuses %s, and saves nothing', async (_what, input, fields) => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const before = await website.countRows('attendance_corrections', 'attendance_revisions', 'zoom_audit_logs');
  expect(await fieldsWrong(correct(attended, input))).toEqual(fields);
  expect(await website.countRows('attendance_corrections', 'attendance_revisions', 'zoom_audit_logs')).toEqual(before);
});

it('gives no verdict on a class that is not over', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS, { state: 'live', closedAt: null, endedAt: null });
  const input = { kind: 'verdict', subject: personKey(attended.student), value: 'absent' } as const;
  expect(await fieldsWrong(correct(attended, input))).toEqual(['value']);
});

it('counts two clicks at once as one', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const input = { kind: 'person', subject: 'zoom:zoom-1', value: personKey(attended.guest) } as const;
  const twice = await Promise.all([fieldsWrong(correct(attended, input)), fieldsWrong(correct(attended, input))]);
  // The second finds that the name is nobody's any more.
  expect(twice.flat()).toEqual(['subject']);
  expect(await latest(attended)).toMatchObject({ revision: 2 });
});
