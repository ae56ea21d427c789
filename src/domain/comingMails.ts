import { isShut, type ClassState } from './classStates';
import { classTimes, type ClassSchedule } from './classTimes';
import { readReminders, reminderDueAt } from './furtherReminders';
import type { ClassMailKind } from './mails';

/** A mail that has no row in the ledger yet, because its time has not come. */
export interface ComingMail {
  readonly kind: ClassMailKind;
  readonly minutesBefore: number;
  /** when it goes out, or by when at the latest */
  readonly at: Date;
  readonly to: 'everybody' | 'buyer' | 'guests' | 'teacher';
}

interface ComingClass {
  readonly state: ClassState;
  readonly closedAt: Date | null;
  readonly schedule: ClassSchedule;
  readonly furtherReminders: string;
}

/** The mails that the plan of a class still has ahead if nothing changes, the next one first. */
export function comingMails({ state, closedAt, schedule, furtherReminders }: ComingClass, now: Date): ComingMail[] {
  if (isShut({ state, closedAt })) return [];
  const { startsAt, remindsAt } = classTimes(schedule);
  const coming: ComingMail[] = readReminders(furtherReminders).map((minutesBefore) => {
    const at = reminderDueAt(startsAt, minutesBefore);
    return { kind: 'early_reminder', minutesBefore, at, to: 'everybody' };
  });
  const reminders = [
    { kind: 'class_reminder', to: 'buyer' },
    { kind: 'guest_invitation', to: 'guests' },
    { kind: 'teacher_start', to: 'teacher' },
  ] as const;
  coming.push(...reminders.map((reminder) => ({ ...reminder, minutesBefore: 0, at: remindsAt })));
  return coming.filter(({ at }) => at > now).sort((one, other) => one.at.getTime() - other.at.getTime());
}
