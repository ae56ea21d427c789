import fc from 'fast-check';
import { presence, verdictOf } from '../../../src/domain/attendance';
import { outcomeOf } from '../../../src/domain/classOutcome';

const START = new Date('2026-12-01T10:00:00Z');
const minute = (count: number) => START.getTime() + count * 60_000;

describe('presence', () => {
  it('counts two devices at once only once', () => {
    const both = presence([
      { from: minute(0), to: minute(30) },
      { from: minute(10), to: minute(20) },
      { from: minute(25), to: minute(40) },
    ]);
    expect(both).toEqual({ seconds: 40 * 60, firstJoinAt: START, lastLeaveAt: new Date(minute(40)) });
  });

  it('equals the number of seconds covered by any stay', () => {
    const stay = fc.tuple(fc.nat(300), fc.nat(300)).map(([one, other]) => ({
      from: START.getTime() + Math.min(one, other) * 1000,
      to: START.getTime() + Math.max(one, other) * 1000,
    }));
    fc.assert(
      fc.property(fc.array(stay, { maxLength: 8 }), (stays) => {
        const covered = new Set<number>();
        for (const { from, to } of stays) for (let at = from; at < to; at += 1000) covered.add(at);
        expect(presence(stays).seconds).toBe(covered.size);
      }),
    );
  });
});

describe('verdictOf', () => {
  it.each([
    ['present', 0, 50],
    ['present', 9, 50],
    ['late', 11, 50],
    ['absent', 5, 5.5],
  ] as const)('says %s for minutes %s to %s', (verdict, from, to) => {
    expect(verdictOf(presence([{ from: minute(from), to: minute(to) }]), START)).toBe(verdict);
  });

  it('says absent for nobody', () => {
    expect(verdictOf(presence([]), START)).toBe('absent');
  });
});

describe('outcomeOf', () => {
  it.each([
    [true, true, 'held'],
    [true, false, 'students_absent'],
    [false, true, 'teacher_absent'],
    [false, false, 'nobody_came'],
  ] as const)('teacher %s, students %s: %s', (teacher, students, outcome) => {
    expect(outcomeOf({ teacher, students })).toBe(outcome);
  });
});
