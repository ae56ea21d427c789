import fc from 'fast-check';
import {
  certaintyOf,
  concludeAttendance,
  judgement,
  type AttendanceFacts,
  type KnownStay,
  type PersonStays,
} from '../../../src/domain/attendance';
import { addMinutes } from '../../../src/domain/clock';
import { modelClasses, partsOf, secondsThere, teachersOwn, type ModelStay } from '../../support/classModel';

const START = new Date('2026-12-01T10:00:00Z');
const second = (count: number) => new Date(START.getTime() + count * 1000);
const minutes = (from: number, to: number, more: Partial<KnownStay> = {}): KnownStay => ({
  joinTime: addMinutes(START, from),
  leaveTime: addMinutes(START, to),
  runEndedAt: null,
  source: 'both',
  matchedBy: 'registrant',
  ...more,
});
const person = (personKey: string, ...stays: KnownStay[]): PersonStays => ({ personKey, stays });

function conclude(facts: Partial<AttendanceFacts>) {
  return concludeAttendance({
    startsAt: START,
    durationMinutes: 60,
    opensAt: addMinutes(START, -30),
    hardCapAt: addMinutes(START, 300),
    lateMinutes: 10,
    presentMinutes: 1,
    openUntil: addMinutes(START, 60),
    isOver: true,
    listRead: true,
    teacher: person('teacher'),
    formerTeachers: [],
    students: [],
    strangers: [],
    fixedOutcome: null,
    correctedVerdicts: new Map(),
    correctedOutcome: null,
    ...facts,
  });
}

const ofStudent = (stays: KnownStay[], facts: Partial<AttendanceFacts> = {}) => {
  const [student] = conclude({ students: [person('student', ...stays)], ...facts }).students;
  if (!student) throw new Error('The student is missing.');
  return student;
};

describe('the figures of a person', () => {
  it('are what a model counts second by second', () => {
    const told = (stays: readonly ModelStay[]) =>
      stays
        .map(partsOf)
        .flatMap(({ inMeeting, inRooms }) => [...inMeeting, ...inRooms])
        .map(({ from, to }) => minutes(from / 60, to / 60));
    const [early, cap] = [900, 3_000];
    const thereInTime = (stays: readonly ModelStay[]) => new Set([...secondsThere(stays)].filter((at) => at < cap));
    fc.assert(
      fc.property(modelClasses, (model) => {
        const { host, students, stranger } = model;
        const own = teachersOwn(model);
        const conclusion = conclude({
          // The model begins some time before the class does, and goes on when all is closed.
          startsAt: second(early),
          durationMinutes: 30,
          hardCapAt: second(cap),
          teacher: person('teacher', ...told(own)),
          formerTeachers: told(host.filter((stay) => !own.includes(stay))),
          students: students.map((stays, index) => person(String(index), ...told(stays))),
          strangers: [person('stranger', ...told(stranger))],
        });
        const hostThere = thereInTime(host);
        const counts = (at: number, others: ReadonlySet<number>) => at >= early || others.has(at);
        const planned = (at: number) => at >= early && at < early + 30 * 60;
        const figures = [conclusion.teacher, ...conclusion.students, ...conclusion.strangers];
        const others = thereInTime([...students.flat(), ...stranger]);
        const taught = [...hostThere].filter((at) => counts(at, others));
        const taughtFrom = taught.length === 0 ? early : Math.max(early, Math.min(...taught));
        for (const [index, stays] of [own, ...students, stranger].entries()) {
          const there = [...thereInTime(stays)];
          const together = there.filter((at) => (index === 0 ? others : hostThere).has(at));
          const counted = there.filter((at) => counts(at, index === 0 ? others : hostThere));
          const waitedFor = Math.min(...counted) - (index === 0 ? early : taughtFrom);
          expect(figures[index]).toMatchObject({
            presentSeconds: there.length,
            inClassSeconds: there.filter(planned).length,
            overlapSeconds: together.length,
            firstJoinAt: there.length === 0 ? null : second(Math.min(...there)),
            lastLeaveAt: there.length === 0 ? null : second(Math.max(...there) + 1),
          });
          const verdict = waitedFor > 10 * 60 ? 'late' : 'present';
          expect(figures[index]?.verdict).toBe(counted.length < 60 ? 'absent' : verdict);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['what was told', minutes(0, 60), 3_600, []],
    [
      'until the run was over',
      minutes(0, 0, { leaveTime: null, runEndedAt: addMinutes(START, 30) }),
      1_800,
      ['end_unknown'],
    ],
    ['until the class was, without that', minutes(0, 0, { leaveTime: null }), 3_600, ['end_unknown']],
    ['nothing, without a beginning', minutes(0, 60, { joinTime: null }), 0, ['start_unknown']],
    ['by an address only', minutes(0, 60, { matchedBy: 'email' }), 3_600, ['by_address']],
    ['by the name of their link only', minutes(0, 60, { matchedBy: 'invite' }), 3_600, ['by_name']],
  ])('count %s', (_what, stay, presentSeconds, doubts) => {
    expect(ofStudent([stay])).toMatchObject({ presentSeconds, doubts });
  });

  it('are no less sure while the class goes on and they are in still', () => {
    const inside = minutes(0, 0, { leaveTime: null });
    expect(ofStudent([inside], { isOver: false, listRead: false }).doubts).toEqual([]);
    const runOver = minutes(0, 0, { leaveTime: null, runEndedAt: addMinutes(START, 30) });
    expect(ofStudent([runOver], { isOver: false, listRead: false }).doubts).toEqual(['end_unknown']);
  });

  it('are no sure absence where somebody was there whom nobody has been found for', () => {
    const doubts = (own: KnownStay[], more: Partial<AttendanceFacts> = {}) =>
      ofStudent(own, { strangers: [person('stranger', minutes(0, 60))], ...more }).doubts;
    expect(doubts([])).toEqual(['maybe_unknown']);
    expect(doubts([minutes(0, 60)])).toEqual([]);
    expect(doubts([], { isOver: false })).toEqual([]);
    expect(doubts([], { strangers: [person('stranger', minutes(0, 60, { joinTime: null }))] })).toEqual([]);
    expect(doubts([], { correctedVerdicts: new Map([['student', 'absent']]) })).toEqual([]);
  });

  it('say what they rest on', () => {
    expect(ofStudent([minutes(0, 9, { source: 'webhook' }), minutes(20, 30)]).sources).toBe('webhook zoom_list');
    expect(ofStudent([]).sources).toBe('none');
    expect(ofStudent([], { listRead: false }).doubts).toEqual(['no_list']);
  });

  it.each([
    [[], 'sure'],
    [['no_list'], 'likely'],
    [['by_address', 'no_list'], 'likely'],
    [['end_unknown', 'no_list'], 'unsure'],
    [['start_unknown'], 'unsure'],
  ] as const)('with doubts %j are %s', (doubts, certainty) => {
    expect(certaintyOf(doubts)).toBe(certainty);
  });
});

describe('the verdict', () => {
  const teacher = person('teacher', minutes(0, 60, { matchedBy: 'host' }));
  const lateTeacher = person('teacher', minutes(20, 60, { matchedBy: 'host' }));
  const earlyTeacher = person('teacher', minutes(-25, -1, { matchedBy: 'host' }));
  it.each([
    ['present', teacher, minutes(0, 50)],
    ['present', teacher, minutes(10, 50)],
    ['late', teacher, minutes(11, 50)],
    ['absent', teacher, minutes(5, 5.5)],
    ['present', lateTeacher, minutes(25, 50)],
    ['late', lateTeacher, minutes(31, 50)],
    ['absent', teacher, minutes(-20, -1)],
    ['present', earlyTeacher, minutes(-20, -1)],
  ])('is %s (teacher %j, student %j)', (verdict, host, stay) => {
    expect(ofStudent([stay], { teacher: host }).verdict).toBe(verdict);
  });

  it.each([
    ['a teacher who tried the room beforehand is late when they come late', [minutes(-25, -23), minutes(20, 60)]],
    ['a teacher who tried it up to the start is', [minutes(-25, 0), minutes(20, 60)]],
  ])('%s, and the students, who had to wait for them, are not', (_what, stays) => {
    const { teacher: host, students } = conclude({
      teacher: person('teacher', ...stays),
      students: [person('student', minutes(21, 60)), person('other', minutes(31, 60))],
    });
    expect([host, ...students].map(({ verdict }) => verdict)).toEqual(['late', 'present', 'late']);
  });

  it.each([
    ['late: looking in before the start is not coming', teacher, 'late'],
    ['present where the teacher was there with them before the start', earlyTeacher, 'present'],
  ])('of a student who was in from -20 to -18 and from 30 on is %s', (_what, host, verdict) => {
    const both = person('teacher', ...host.stays, minutes(0, 60));
    expect(ofStudent([minutes(-20, -18), minutes(30, 60)], { teacher: both }).verdict).toBe(verdict);
  });

  it('follows the thresholds of the class', () => {
    expect(ofStudent([minutes(4, 30)], { lateMinutes: 3 }).verdict).toBe('late');
    expect(ofStudent([minutes(4, 30)], { presentMinutes: 27 }).verdict).toBe('absent');
  });

  it('is a person’s, where one gave it', () => {
    const correctedVerdicts = new Map([['student', 'present' as const]]);
    expect(ofStudent([], { correctedVerdicts })).toMatchObject({ verdict: 'present', corrected: true });
    expect(ofStudent([])).toMatchObject({ verdict: 'absent', corrected: false });
  });

  it.each([
    ['that is over', { isOver: true, fixedOutcome: null }, 'absent'],
    ['that goes on', { isOver: false, fixedOutcome: null }, null],
    ['that was cancelled', { isOver: true, fixedOutcome: 'cancelled' }, null],
    ['that never had a room', { isOver: true, fixedOutcome: 'room_failed' }, null],
  ] as const)('is held against nobody but of a class %s', (_, facts, expected) => {
    expect(judgement({ verdict: 'absent', corrected: false }, facts)).toBe(expected);
    expect(judgement({ verdict: 'absent', corrected: true }, facts)).toBe('absent');
  });
});

describe('what was before the doors opened', () => {
  /** In a room that was kept through a move, of whose people's going no word came. */
  const stayed = { leaveTime: null, runEndedAt: null };
  const [week, opens] = [7 * 24 * 60, 30];

  it('counts for nobody, however long they stayed as far as is known', () => {
    const { teacher, students } = conclude({
      teacher: person('teacher', minutes(-week, 0, stayed)),
      students: [person('student', minutes(-week, -week + 60), minutes(-20, 60))],
    });
    const seconds = (figures: typeof teacher | undefined) => [figures?.presentSeconds, figures?.overlapSeconds];
    expect(seconds(teacher)).toEqual([(opens + 60) * 60, 80 * 60]);
    expect(seconds(students[0])).toEqual([80 * 60, 80 * 60]);
    expect(teacher.firstJoinAt).toEqual(addMinutes(START, -opens));
  });

  it('is not coming together either', () => {
    const then = minutes(-week, -week + 60);
    expect(conclude({ teacher: person('teacher', then), students: [person('student', then)] })).toMatchObject({
      outcome: 'nobody_came',
      teacher: { verdict: 'absent', presentSeconds: 0, firstJoinAt: null },
    });
  });
});

describe('the outcome', () => {
  const [early, late, none] = [[minutes(0, 20)], [minutes(30, 60)], []];
  it.each([
    [early, early, none, 'held'],
    [early, none, none, 'students_absent'],
    [none, early, none, 'teacher_absent'],
    [none, none, none, 'nobody_came'],
    [early, none, early, 'held'],
    [early, late, none, 'students_absent'],
    [late, early, none, 'teacher_absent'],
    // A try of the room is not coming first.
    [[minutes(-25, -23), minutes(30, 60)], early, none, 'teacher_absent'],
    [early, [minutes(-25, -23), minutes(30, 60)], none, 'students_absent'],
  ])('teacher %j, student %j, stranger %j: %s', (host, stays, unknown, outcome) => {
    const facts = {
      teacher: person('teacher', ...host),
      students: [person('student', ...stays)],
      strangers: unknown.length > 0 ? [person('zoom:1', ...unknown)] : [],
    };
    expect(conclude(facts).outcome).toBe(outcome);
    expect(conclude({ ...facts, correctedOutcome: 'room_failed' }).outcome).toBe('room_failed');
  });

  it('believes the verdicts that people gave', () => {
    const facts = { teacher: person('teacher', ...early), students: [person('student', ...late)] };
    const correctedVerdicts = new Map([['student', 'present' as const]]);
    expect(conclude({ ...facts, correctedVerdicts }).outcome).toBe('held');
  });

  it.each([
    ['the teacher is said to have been there', 'teacher', 'late', 'held'],
    ['the student is', 'student', 'present', 'held'],
    ['the student is said not to have been', 'student', 'absent', 'students_absent'],
    ['somebody else is said not to have been there', 'guest', 'absent', 'students_absent'],
    ['the teacher is', 'teacher', 'absent', 'teacher_absent'],
  ] as const)('of a teacher and a student who never met, where %s', (_what, key, verdict, outcome) => {
    const facts = {
      teacher: person('teacher', minutes(0, 10)),
      students: [person('student', minutes(15, 40)), person('guest')],
    };
    expect(conclude({ ...facts, correctedVerdicts: new Map([[key, verdict]]) }).outcome).toBe(outcome);
  });

  it('is nothing of what a correction says of somebody who is no longer of the class', () => {
    const facts = { teacher: person('teacher', minutes(0, 10)), students: [person('student', minutes(15, 40))] };
    const correctedVerdicts = new Map([['removed', 'present' as const]]);
    expect(conclude({ ...facts, correctedVerdicts }).outcome).toBe('students_absent');
  });
});

describe('a class that was given to another teacher while it ran', () => {
  const student = person('student', minutes(0, 60));

  it('was held by the former one, whose time is not the new one’s', () => {
    const { outcome, teacher, students } = conclude({
      formerTeachers: [minutes(0, 40)],
      teacher: person('teacher', minutes(45, 60)),
      students: [student],
    });
    expect([outcome, teacher.presentSeconds, teacher.verdict]).toEqual(['held', 15 * 60, 'late']);
    expect(students[0]?.overlapSeconds).toBe(55 * 60);
  });

  it('is held although the new one never came', () => {
    const { outcome, teacher } = conclude({ formerTeachers: [minutes(0, 40)], students: [student] });
    expect([outcome, teacher.verdict, teacher.presentSeconds]).toEqual(['held', 'absent', 0]);
  });
});
