import { clashOf } from '../../../src/domain/hostClashes';
import { addMinutes } from '../../../src/domain/clock';

const NINE = new Date('2026-12-01T09:00:00Z');
const slot = (from: number, to: number) => ({ startsAt: addMinutes(NINE, from), endsAt: addMinutes(NINE, to) });

it.each([
  ['the same time', 0, 60, 'overlap'],
  ['one within the other', 10, 20, 'overlap'],
  ['one around the other', -60, 120, 'overlap'],
  ['one minute of the other’s end', 59, 119, 'overlap'],
  ['the very minute after', 60, 120, 'back_to_back'],
  ['four minutes after', 64, 120, 'back_to_back'],
  ['four minutes before', -64, -4, 'back_to_back'],
  ['five minutes after', 65, 120, null],
  ['five minutes before', -65, -5, null],
] as const)('%s', (_what, from, to, kind) => {
  expect(clashOf(slot(0, 60), slot(from, to))).toBe(kind);
  expect(clashOf(slot(from, to), slot(0, 60))).toBe(kind);
});
