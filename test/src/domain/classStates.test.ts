import { actualState } from '../../../src/domain/classStates';
import { addMinutes } from '../../../src/domain/clock';

const startsAt = new Date('2026-11-23T10:00:00Z');
const at = (minutes: number) => addMinutes(startsAt, minutes);

it.each([
  ['a try of its room that is over', { state: 'ended', endedAt: at(-18), closedAt: null }, 'ready'],
  ['a meeting that was over after its start', { state: 'ended', endedAt: at(1), closedAt: null }, 'ended'],
  ['a meeting that ended at its start', { state: 'ended', endedAt: at(0), closedAt: null }, 'ended'],
  ['an end of which nothing is known', { state: 'ended', endedAt: null, closedAt: null }, 'ended'],
  [
    'a try of which nothing came until its doors closed',
    { state: 'ended', endedAt: at(-18), closedAt: at(75) },
    'ended',
  ],
  ['a try, and its attendance settled', { state: 'settled', endedAt: at(-18), closedAt: at(75) }, 'settled'],
  ['a try that is going on', { state: 'live', endedAt: null, closedAt: null }, 'live'],
  ['a try before it was cancelled', { state: 'cancelled', endedAt: at(-18), closedAt: null }, 'cancelled'],
] as const)('a class with %s', (_what, facts, state) => {
  expect(actualState({ ...facts, startsAt })).toBe(state);
});
