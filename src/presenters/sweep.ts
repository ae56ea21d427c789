import { MINUTE_MS } from '../domain/clock';
import type { WorkflowSweep } from '../models/WorkflowSweep';
import { formatInstant } from './classTime';

/** It comes every five minutes. */
const LATE_MS = 15 * MINUTE_MS;

/** The last sweep in a line, and whether it is too long ago. */
export function presentSweep(sweep: WorkflowSweep | null, readerZone: string | null, now: Date) {
  if (!sweep) return { words: 'There has been no sweep yet.', late: true };
  const { createdAt, expected, running, missing, onTheirWay, stuck, orphans, overdue } = sweep;
  const more = [
    [onTheirWay, 'about to run'],
    [stuck, 'started anew'],
    [orphans, 'ended'],
    [overdue, 'overdue'],
  ] as const;
  const counts = more.filter(([count]) => count > 0).map(([count, what]) => `, ${count} ${what}`);
  return {
    words: `Last sweep: ${formatInstant(createdAt, readerZone ?? 'UTC')}. ${expected} workflows should run, ${running} ran, ${missing} were missing${counts.join('')}.`,
    late: now.getTime() - createdAt.getTime() > LATE_MS,
  };
}
