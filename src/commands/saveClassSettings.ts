import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { FieldErrors, type FieldError } from '../errors';
import { ZoomSetting } from '../models/ZoomSetting';
import { SETTINGS_ID, type ClassTimeSettings } from '../queries/findZoomSettings';
import { saveFirstZoomSettings } from './saveFirstZoomSettings';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** What each may be, in minutes. */
const LIMITS: Readonly<Record<keyof ClassTimeSettings, readonly [from: number, to: number]>> = {
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
 * @returns whether anything was different
 * @throws FieldErrors; nothing has been saved then
 */
export async function saveClassSettings(deps: Deps, input: ClassTimeSettings, origin: AuditOrigin): Promise<boolean> {
  const problems = Object.entries(LIMITS).flatMap(([field, limits]) => problemOf(field, input, limits));
  if (problems.length > 0) throw new FieldErrors(problems);
  await saveFirstZoomSettings(deps);
  return inTransaction(deps.db, async (transaction) => {
    const row = await ZoomSetting.findByPk(SETTINGS_ID, { transaction, lock: true, rejectOnEmpty: true });
    row.set(input);
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
