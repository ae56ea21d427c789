import { isLongOver, judgeRow, judgeRun, type Run, type SweptClass } from '../../../src/domain/sweep';

const NOW = new Date('2026-11-23T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

const run = (fields: Partial<Run> = {}): Run => ({
  workflowId: 'classDate-7-abc',
  runId: 'r',
  kind: 'classDate',
  rowId: 7,
  randomKey: 'abc',
  startedAt: ago(60),
  hasProblems: false,
  ...fields,
});

describe('a running workflow', () => {
  it.each([
    ['of a row of ours', run(), 'abc', 'fine'],
    ['whose row is gone', run(), null, 'orphan'],
    ['whose id another row has now', run(), 'def', 'orphan'],
    ['of no row, started a moment ago', run({ startedAt: ago(0.9) }), null, 'fine'],
    ['of another row, started a moment ago', run({ startedAt: ago(0.9) }), 'def', 'fine'],
    ['whose tasks fail', run({ hasProblems: true }), 'abc', 'stuck'],
    ['whose tasks fail, of no row', run({ hasProblems: true }), null, 'orphan'],
  ])('%s', (_, given, key, verdict) => {
    expect(judgeRun(given, key, NOW)).toBe(verdict);
  });
});

describe('a row with work left', () => {
  const row = (minutes: number) => ({ id: 7, randomKey: 'abc', changedAt: ago(minutes) });

  it.each([
    ['that runs', 60, { runs: true, hinted: false }, 'running'],
    ['that runs, changed just now', 0, { runs: true, hinted: true }, 'running'],
    ['booked a moment ago: the relay has it', 0.9, { runs: false, hinted: true }, 'young'],
    ['changed a moment ago', 0.9, { runs: false, hinted: false }, 'young'],
    ['whose hint waits since an outage', 60, { runs: false, hinted: true }, 'onTheirWay'],
    ['that nothing will start', 1.1, { runs: false, hinted: false }, 'missing'],
  ])('%s', (_, minutes, how, verdict) => {
    expect(judgeRow(row(minutes), how, NOW)).toBe(verdict);
  });
});

describe('a class is overdue', () => {
  const schedule = { durationMinutes: 60, leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 };
  /** @param minutes since its planned end */
  const ended = (minutes: number, fields: Partial<SweptClass> = {}): SweptClass => ({
    state: 'ended',
    endedAt: null,
    nextAttemptAt: null,
    schedule: { ...schedule, startsAt: ago(minutes + 60) },
    ...fields,
  });

  it.each([
    ['not before it is to be settled, and a little', ended(99), false],
    ['when it should have been settled', ended(101), true],
    ['not while it is to come', ended(-120, { state: 'scheduled' }), false],
    ['when it never was prepared', ended(101, { state: 'scheduled' }), true],
    ['not once it is over', ended(10_000, { state: 'missed' }), false],
    ['not while Zoom is asked again', ended(200, { nextAttemptAt: ago(-5) }), false],
    ['when Zoom should have been asked again', ended(200, { nextAttemptAt: ago(11) }), true],
    ['not while it overruns', ended(230, { state: 'live' }), false],
    ['when it is past the hard cap', ended(341, { state: 'live' }), true],
    ['later when it ended late', ended(150, { endedAt: ago(90) }), false],
  ])('%s', (_, given, verdict) => {
    expect(isLongOver(given, NOW)).toBe(verdict);
  });
});
