import type { ClassFacts } from '../../../src/domain/classPlan';
import { addMinutes } from '../../../src/domain/clock';
import { overdueOf } from '../../../src/domain/overdue';
import { buildClassFacts } from '../../factories/classFacts';

const START = new Date('2026-11-23T10:00:00Z');
const LONG_AGO = new Date('2026-11-20T00:00:00Z');
const at = (minutes: number) => addMinutes(START, minutes);

const facts = (changes: Partial<ClassFacts> = {}) => buildClassFacts(START, changes);

const MADE = { state: 'created', syncedVersion: 1, nextAttemptAt: null, seenAt: null, toldChanged: false } as const;

describe('overdueOf', () => {
  it.each([
    ['a class before its time', facts(), at(-60), null],
    ['a room that is a minute late', facts(), at(-29), null],
    ['a room that is two minutes late', facts(), at(-28), 'room'],
    ['a room that is made', facts({ state: 'ready', meeting: MADE }), at(-20), null],
    [
      'a room that waits for its next try',
      facts({
        state: 'preparing',
        meeting: { state: 'failed', syncedVersion: 0, nextAttemptAt: at(-19), seenAt: null, toldChanged: false },
      }),
      at(-20),
      null,
    ],
    [
      'a try that should have been two minutes ago',
      facts({
        state: 'preparing',
        meeting: { state: 'failed', syncedVersion: 0, nextAttemptAt: at(-22), seenAt: null, toldChanged: false },
      }),
      at(-20),
      'room',
    ],
    [
      'a class that waits for its teacher, who has been told',
      facts({ state: 'preparing', stateReason: 'teacher_not_connected', teacherConnected: false }),
      at(-20),
      null,
    ],
    ['a start that nobody has asked about', facts({ state: 'ready', meeting: MADE }), at(8), 'start'],
    ['a start that was asked about', facts({ state: 'ready', meeting: MADE, watchedAt: at(5) }), at(8), null],
    ['a class that runs', facts({ state: 'live', meeting: MADE }), at(70), null],
    ['doors that are open long after the end', facts({ state: 'ended', meeting: MADE }), at(77), 'closing'],
    [
      'an overrun that Zoom was asked about, to be asked again',
      facts({ state: 'live', meeting: MADE, nextAttemptAt: at(80) }),
      at(77),
      null,
    ],
    ['attendance before its time', facts({ state: 'ended', meeting: MADE, closedAt: at(75) }), at(100), null],
    ['attendance that is not settled', facts({ state: 'ended', meeting: MADE, closedAt: at(75) }), at(152), 'settling'],
    [
      'a class that ran over, and settles later',
      facts({ state: 'ended', meeting: MADE, closedAt: at(100), endedAt: at(95) }),
      at(152),
      null,
    ],
    ['a class that is settled', facts({ state: 'settled', settledAt: at(150) }), at(200), null],
    ['a class that was cancelled', facts({ state: 'cancelled' }), at(0), null],
  ] as const)('%s', (_what, found, now, expected) => {
    expect(overdueOf(found, LONG_AGO, now)).toBe(expected);
  });

  it('says nothing of a class that was booked, moved or reconnected just now', () => {
    expect(overdueOf(facts(), at(-1), at(0))).toBeNull();
    expect(overdueOf(facts(), at(-2), at(0))).toBe('room');
  });
});
