import fc from 'fast-check';
import { addMinutes } from '../../../src/domain/clock';
import { nextRefreshAt } from '../../../src/domain/refreshTimes';

const REFRESHED_AT = new Date('2026-11-23T08:00:00Z');
const EXPIRES_AT = addMinutes(REFRESHED_AT, 60);
const DAY = 24 * 60;

/** Minutes after the last renewal. */
const at = (minutes: number) => addMinutes(REFRESHED_AT, minutes);
const lesson = (start: number, minutes = 60) => ({ startsAt: at(start), endsAt: at(start + minutes) });

function next(now: number, ...classes: ReturnType<typeof lesson>[]): number {
  const instant = nextRefreshAt({ refreshedAt: REFRESHED_AT, tokenExpiresAt: EXPIRES_AT, classes }, at(now));
  return (instant.getTime() - REFRESHED_AT.getTime()) / 60_000;
}

it.each([
  ['without classes, a day after the last', [0], [], DAY],
  ['with a class far off, too', [0], [lesson(5 * DAY)], DAY],
  ['with a class tomorrow, 90 minutes before it', [0], [lesson(600)], 510],
  ['with two, before the first', [0], [lesson(900), lesson(600)], 510],
  ['from 90 minutes before it, at half of the token’s life', [510], [lesson(600)], 30],
  ['a moment earlier, not yet', [509], [lesson(600)], 510],
  ['during it', [659], [lesson(600)], 30],
  ['from its end on, daily again', [660], [lesson(600)], DAY],
  ['after it, for the next one', [660], [lesson(600), lesson(1_000)], 910],
  ['near one class, whatever comes after it', [520], [lesson(600), lesson(620)], 30],
] as const)('%s', (_case, [now], classes, expected) => {
  expect(next(now, ...classes)).toBe(expected);
});

it('is never later than a day after the last, and near a class never later than half of the life', () => {
  const classes = fc.array(fc.tuple(fc.integer({ min: -DAY, max: 3 * DAY }), fc.integer({ min: 1, max: 300 })));
  fc.assert(
    fc.property(classes, fc.integer({ min: 0, max: 2 * DAY }), (list, now) => {
      const lessons = list.map(([start, minutes]) => lesson(start, minutes));
      const due = next(now, ...lessons);
      expect(due).toBeLessThanOrEqual(DAY);
      const near = list.some(([start, minutes]) => start - 90 <= now && now < start + minutes);
      if (near) expect(due).toBe(30);
      const coming = list.map(([start]) => start - 90).filter((from) => from > now);
      if (!near) expect(due).toBe(Math.min(DAY, ...coming));
    }),
  );
});
