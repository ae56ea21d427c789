import fc from 'fast-check';
import { timeLine } from '../../../src/presenters/attendanceBars';

const START = Date.parse('2026-12-01T10:07:00Z');
const MINUTE_MS = 60_000;
/** The narrowest line, on a telephone, and a label like "10:30 AM" on it, in pixels. */
const LINE = 294;
const LABEL = 54;

/** Where a label lies, in pixels from the start of the line. */
function extent({ x, anchor }: ReturnType<typeof timeLine>['ticks'][number]): [number, number] {
  const at = (parseFloat(x) / 100) * LINE;
  const from = at - { start: 0, middle: LABEL / 2, end: LABEL }[anchor];
  return [from, from + LABEL];
}

it('the labels of a line never cover each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 900 }), (minutes) => {
      const { ticks } = timeLine({ from: START, to: START + minutes * MINUTE_MS }, [], 'UTC');
      const extents = ticks.map(extent);
      for (const [index, [from]] of extents.slice(1).entries()) {
        expect(from).toBeGreaterThanOrEqual(extents[index]?.[1] ?? NaN);
      }
    }),
  );
});

it.each([15, 45, 60, 90, 180])('a line of %i minutes has two labels at least', (minutes) => {
  const { ticks } = timeLine({ from: START, to: START + minutes * MINUTE_MS }, [], 'UTC');
  expect(ticks.length).toBeGreaterThanOrEqual(2);
});
