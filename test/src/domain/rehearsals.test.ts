import { CLASS_STATES } from '../../../src/domain/classStates';
import { classTimes } from '../../../src/domain/classTimes';
import { addMinutes } from '../../../src/domain/clock';
import { rehearsalDue, rehearsalInstants, type Rehearsal } from '../../../src/domain/rehearsals';

const START = new Date('2026-12-01T10:00:00Z');
const SCHEDULE = { durationMinutes: 60, leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 };
const TIMES = classTimes({ startsAt: START, ...SCHEDULE });
const DAY = -24 * 60;
const at = (minutes: number) => addMinutes(START, minutes);

const NEVER: Rehearsal = { doneAt: null, version: 0, notBefore: null, openRisks: 0 };
const done = (minutes: number, changes: Partial<Rehearsal> = {}): Rehearsal => ({
  ...{ doneAt: at(minutes), version: 1, notBefore: null, openRisks: 0 },
  ...changes,
});

describe('a rehearsal is due', () => {
  it.each([
    ['not before T−24 h', NEVER, DAY - 1, false],
    ['at T−24 h', NEVER, DAY, true],
    ['not again until T−2 h', done(DAY), -121, false],
    ['at T−2 h', done(DAY), -120, true],
    ['not again after that', done(-120), -1, false],
    ['at once when booked later', NEVER, -20, true],
    ['at once when changed later', done(-120, { version: 0 }), -60, true],
    ['at once when what it rests on has changed', done(-120, { doneAt: null }), -60, true],
    ['not before Zoom may be asked again', { ...NEVER, notBefore: at(-100) }, -101, false],
    ['when Zoom may be asked again', { ...NEVER, notBefore: at(-100) }, -100, true],
    ['not at once while something is wrong', done(-120, { openRisks: 1 }), -91, false],
    ['after a while, while something is wrong', done(-120, { openRisks: 1 }), -90, true],
    ['not once the class should have started', NEVER, 0, false],
  ] as const)('%s', (_what, rehearsal, minutes, due) => {
    expect(rehearsalDue({ state: 'scheduled', endedAt: null, version: 1, rehearsal }, TIMES, at(minutes))).toBe(due);
  });

  it.each(CLASS_STATES)('only for a class that is to come: %s', (state) => {
    const toCome = ['scheduled', 'preparing', 'ready'].includes(state);
    const klass = { state, endedAt: null, rehearsal: NEVER };
    expect(rehearsalDue({ ...klass, version: 1 }, TIMES, at(-60))).toBe(toCome);
    expect(rehearsalInstants(klass, TIMES)).toEqual(toCome ? [at(DAY), at(-120)] : []);
  });

  it('also for one whose room was tried beforehand', () => {
    const tried = { state: 'ended', endedAt: at(-300), rehearsal: NEVER } as const;
    expect(rehearsalDue({ ...tried, version: 1 }, TIMES, at(-60))).toBe(true);
    expect(rehearsalInstants(tried, TIMES)).toEqual([at(DAY), at(-120)]);
  });

  it('is looked forward to, except where the class would have begun', () => {
    const instants = (rehearsal: Rehearsal) => rehearsalInstants({ state: 'ready', endedAt: null, rehearsal }, TIMES);
    expect(instants(done(-60, { openRisks: 2, notBefore: at(-40) }))).toEqual([at(DAY), at(-120), at(-40), at(-30)]);
    expect(instants(done(-10, { openRisks: 2, notBefore: at(1) }))).toEqual([at(DAY), at(-120)]);
  });
});
