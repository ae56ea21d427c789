import type { ClassFacts } from '../../src/domain/classPlan';

const NOTHING = { due: 0, nextAttemptAt: null };

/**
 * What MySQL could know of a booked class of an hour: its room opens 30 minutes before, its doors close 15 minutes after,
 * it is settled 90 minutes after.
 */
export function buildClassFacts(startsAt: Date, changes: Partial<ClassFacts> = {}): ClassFacts {
  return {
    teacherId: 1,
    state: 'scheduled',
    stateReason: null,
    schedule: {
      startsAt,
      durationMinutes: 60,
      leadMinutes: 30,
      graceMinutes: 15,
      watchMinutes: 5,
      settleMinutes: 90,
    },
    furtherReminders: [],
    version: 1,
    scheduleVersion: 1,
    watchedAt: null,
    liveAt: null,
    endedAt: null,
    closedAt: null,
    settledAt: null,
    evidenceAt: null,
    nextAttemptAt: null,
    gathersUntil: null,
    teacherConnected: true,
    nextOfHostAt: null,
    ranInFormerRoom: false,
    rehearsal: { doneAt: startsAt, version: 1, notBefore: null, openRisks: 0 },
    meeting: null,
    unresolved: NOTHING,
    removals: NOTHING,
    lateLooks: NOTHING,
    passesWithoutLink: 0,
    droppedRegistrants: NOTHING,
    ...changes,
  };
}
