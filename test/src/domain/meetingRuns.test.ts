import fc from 'fast-check';
import { addMinutes } from '../../../src/domain/clock';
import { mergeRun, runsOfClass, runsToFollow, type Run } from '../../../src/domain/meetingRuns';

const START = new Date('2026-12-01T10:00:00Z');
const TIMES = { startsAt: START, opensAt: addMinutes(START, -30), hardCapAt: addMinutes(START, 300) };
/** In minutes from the start of the class. */
const run = (from: number | null, to: number | null): Run => ({
  startedAt: from === null ? null : addMinutes(START, from),
  endedAt: to === null ? null : addMinutes(START, to),
});
const ROOM = { isCurrent: true, startTime: START, madeFor: null };
const KEPT = { ...ROOM, madeFor: addMinutes(START, -60) };
const FORMER = { isCurrent: null, startTime: addMinutes(START, -60), madeFor: null };
const DAY = 24 * 60;

describe('the runs of a class', () => {
  it.each([
    ['one at any time before, in a room that was made for it', ROOM, run(-33, -31), true],
    ['the overrun', ROOM, run(299, 400), true],
    ['one of which only the end was told', ROOM, run(null, 301), true],
    ['not one in the old room on another day', ROOM, run(DAY, DAY + 60), false],
    ['one in a kept room from the opening on', KEPT, run(-30, -28), true],
    ['one that began there before and went on', KEPT, run(-40, 60), true],
    ['one of whose end nothing is known', KEPT, run(-40, null), true],
    ['not one that was over there when the doors opened', KEPT, run(-33, -30), false],
    ['one in a room that was moved and moved back', { ...KEPT, madeFor: START }, run(-33, -31), true],
    ['one in a former room that was made for this time', { ...FORMER, startTime: START }, run(-35, 10), true],
    ['one in a former room from the opening on', FORMER, run(-29, 10), true],
    ['one that went on in a kept room that is gone since', { ...KEPT, isCurrent: null }, run(-40, 60), true],
    ['not one that was over there by then', { ...KEPT, isCurrent: null }, run(-40, -31), false],
    ['not one that held it at a former time, though that went on past the opening', FORMER, run(-60, -10), false],
  ])('are %s', (_what, room, one, isOfClass) => {
    expect(runsOfClass([one], room, TIMES)).toEqual(isOfClass ? [one] : []);
  });

  it('are not one whose end was lost where the next began before the doors opened', () => {
    const [lost, next] = [run(-90, null), run(-50, 60)];
    expect(runsOfClass([lost, next], KEPT, TIMES)).toEqual([next]);
  });
});

it('nobody who is early in a kept room opens the class, and once it has opened their run counts', () => {
  const [early, later] = [run(-40, null), run(-29, null)];
  expect(runsToFollow([early, later], 'scheduled', TIMES)).toEqual([later]);
  expect(runsToFollow([early, later], 'ready', TIMES)).toEqual([early, later]);
});

describe('what is told of a run', () => {
  const minute = fc.integer({ min: 0, max: 4 });
  const started = minute.map((from) => run(from, null));
  const ended = fc.tuple(fc.option(minute), minute).map(([from, to]) => run(from, to));
  const told = fc.array(fc.oneof(started, ended), { minLength: 1, maxLength: 5 });

  it('spans from the earliest start to the latest end, in any order and however often', () => {
    const orders = told.chain((each) =>
      fc.tuple(fc.constant(each), fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 })),
    );
    fc.assert(
      fc.property(orders, ([each, order]) => {
        const instants = (key: 'startedAt' | 'endedAt') => each.flatMap((one) => one[key]?.getTime() ?? []);
        const [starts, ends] = [instants('startedAt'), instants('endedAt')];
        expect(order.reduce(mergeRun, run(null, null))).toEqual({
          startedAt: starts.length === 0 ? null : new Date(Math.min(...starts)),
          endedAt: ends.length === 0 ? null : new Date(Math.max(...ends)),
        });
      }),
      { numRuns: 500 },
    );
  });
});
