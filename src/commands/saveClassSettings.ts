import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { parseReminders, readReminders, REMINDER_MINUTES_MAX, REMINDERS_MAX } from '../domain/furtherReminders';
import { FieldErrors, type FieldError } from '../errors';
import { ZoomSetting } from '../models/ZoomSetting';
import { SETTINGS_ID, type ClassTimeSettings } from '../queries/findZoomSettings';
import { saveFirstZoomSettings } from './saveFirstZoomSettings';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What each may be, in minutes. */
const LIMITS: Readonly<
  Record<Exclude<keyof ClassTimeSettings, 'furtherReminders'>, readonly [from: number, to: number]>
> = {
  leadMinutes: [5, 1440],
  graceMinutes: [0, 240],
  watchMinutes: [1, 120],
  settleMinutes: [15, 1440],
  lateMinutes: [0, 240],
  presentMinutes: [1, 240],
};

/**
 * Saves what holds for classes that are booked from now on; those that are booked keep what they were booked with.
 *
 * @param input `furtherReminders` as a person types them: `24 h, 2 h`
 * @returns whether anything was different
 * @throws FieldErrors; nothing has been saved then
 */
export async function saveClassSettings(deps: Deps, input: ClassTimeSettings, origin: AuditOrigin): Promise<boolean> {
  const furtherReminders = parseReminders(input.furtherReminders);
  const problems = [
    ...Object.entries(LIMITS).flatMap(([field, limits]) => problemOf(field, input, limits)),
    ...reminderProblems(furtherReminders, input.leadMinutes),
  ];
  if (problems.length > 0 || furtherReminders === null) throw new FieldErrors(problems);
  await saveFirstZoomSettings(deps);
  return inTransaction(deps.db, async (transaction) => {
    const row = await ZoomSetting.findByPk(SETTINGS_ID, { transaction, lock: true, rejectOnEmpty: true });
    row.set({ ...input, furtherReminders });
    const changed = row.changed();
    if (changed === false) return false;
    await row.save({ transaction });
    await writeAudit(
      deps,
      origin,
      { action: 'settings_updated', metadata: { fields: changed.join(',') } },
      transaction,
    );
    return true;
  });
}

function problemOf(field: string, input: ClassTimeSettings, [from, to]: readonly [number, number]): FieldError[] {
  const value = new Map<string, number>(Object.entries(input)).get(field) ?? NaN;
  if (Number.isInteger(value) && value >= from && value <= to) return [];
  return [{ field, message: `Enter a whole number of minutes, from ${from} to ${to}.` }];
}

function reminderProblems(stored: string | null, leadMinutes: number): FieldError[] {
  const wrong = (message: string) => [{ field: 'furtherReminders', message }];
  if (stored === null) return wrong('Enter times before the start such as 24 h, 2 h, or leave it empty.');
  const minutes = readReminders(stored);
  if (minutes.length > REMINDERS_MAX) return wrong(`Enter at most ${REMINDERS_MAX} of them.`);
  if (minutes.some((count) => count > REMINDER_MINUTES_MAX)) return wrong('Enter nothing longer than 14 days (14 d).');
  if (minutes.some((count) => count <= leadMinutes)) {
    return wrong('Enter times before the room opens; the reminder of that moment goes out anyway.');
  }
  return [];
}
