import { addMinutes } from '../../../src/domain/clock';
import { neededMails } from '../../../src/domain/mailNeeds';
import type { MailState } from '../../../src/domain/mails';
import type { ToldRow } from '../../../src/domain/told';

const START = new Date('2026-12-01T10:00:00Z');
const FORMER_START = addMinutes(START, -24 * 60);
const TEACHER = { recipientKey: 'user:1', passId: null, userId: 1 };
const BUYER = { recipientKey: 'user:2', passId: 7, userId: null };

const TIMES = { leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 };
const CLASS = {
  startsAt: START,
  durationMinutes: 60,
  teacherId: 1,
  state: 'ready',
  scheduleVersion: 2,
  ...TIMES,
} as const;

/** The buyer was reminded of the time that the class had before. */
const TOLD_BEFORE: ToldRow = {
  ...{ ...BUYER, id: 1, kind: 'class_reminder', version: 1, minutesBefore: 0, copy: 0, state: 'sent' },
  ...{ toldAt: addMinutes(FORMER_START, -30), toldStartsAt: FORMER_START, toldDurationMinutes: 60 },
  ...{ toldTeacherId: 1, toldOff: false },
};
const NOT_TOLD = { toldAt: null, toldStartsAt: null, toldDurationMinutes: null, toldTeacherId: null };

/** What the buyer needs half an hour before the start, once the mail of the move is where it is. */
function neededWhere(state: MailState): readonly string[] {
  const move: ToldRow = { ...TOLD_BEFORE, ...NOT_TOLD, id: 2, kind: 'rescheduled', version: 2, state };
  const mails = neededMails(['rescheduled', 'class_reminder'], [], {
    classDate: CLASS,
    now: addMinutes(START, -30),
    roster: { buyers: [BUYER], guests: [], teacher: TEACHER },
    groups: new Map([[BUYER.recipientKey, [TOLD_BEFORE, move]]]),
  });
  return mails.map(({ kind }) => kind);
}

it.each(['queued', 'sending', 'data_sent'] as const)(
  'whoever is about to hear of a change needs no reminder besides, which it would be: %s',
  (state) => {
    expect(neededWhere(state)).toEqual(['rescheduled']);
  },
);

it.each(['bounced', 'failed'] as const)(
  'whom the mail of a change did not reach is reminded all the same: %s',
  (state) => {
    expect(neededWhere(state)).toContain('class_reminder');
  },
);
