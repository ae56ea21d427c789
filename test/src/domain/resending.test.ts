import { classTimes } from '../../../src/domain/classTimes';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind } from '../../../src/domain/mails';
import { resendUntil } from '../../../src/domain/resending';

const NOW = new Date('2026-12-01T09:00:00Z');
const SCHEDULE = {
  startsAt: new Date('2026-12-01T10:00:00Z'),
  ...{ durationMinutes: 60, leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 },
};

/** Of a class that has been moved twice. */
const resent = (kind: ClassMailKind, version: number) =>
  resendUntil({ kind, version, classState: 'scheduled', scheduleVersion: 3, times: classTimes(SCHEDULE) }, NOW);

it('a mail of what the class was before it was moved is not sent again', () => {
  expect(resent('class_reminder', 2)).toEqual({ why: expect.stringContaining('has been moved since') as string });
  expect(resent('class_reminder', 3)).toHaveProperty('until');
});

it('a link is sent again for as long as its door is open: also in a class that overruns', () => {
  const link = { kind: 'new_link', version: 1, scheduleVersion: 1, times: classTimes(SCHEDULE) } as const;
  const afterHours = (hours: number, classState: 'live' | 'ended') =>
    resendUntil({ ...link, classState }, addMinutes(SCHEDULE.startsAt, hours * 60));
  expect(afterHours(2, 'live')).toEqual({ until: addMinutes(SCHEDULE.startsAt, 5 * 60) });
  expect(afterHours(2, 'ended')).toEqual({ why: 'The class is over.' });
  expect(afterHours(5, 'live')).toEqual({ why: 'The class is over.' });
});

it.each(['new_link', 'class_at_risk'] as const)('a mail that counts something else than moves is: %s', (kind) => {
  expect(resent(kind, 1)).toHaveProperty('until');
});
