import { z } from 'zod';
import { ROW_ID } from '../../domain/rowId';
import { AppError, FieldErrors } from '../../errors';
import type { User } from '../../models/User';
import { line } from '../../middlewares/validate';
import type { FormState } from './forms';

export const chosenId = (message: string) => z.string(message).regex(ROW_ID, message).transform(Number);

/** What is no number becomes NaN, which the commands refuse in words. */
export const minutes = line(20).transform((text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN));

const ticked = z
  .string()
  .optional()
  .transform((value) => value === 'yes');

/** The boxes that every form of a change ends with. */
export const toldSchema = z.object({ notify: ticked, force: ticked });

/** The version of what is edited, as it was when the form was opened. */
export const versionSchema = z.object({ version: z.coerce.number().int().positive().optional().catch(undefined) });

/** How those boxes are shown: mails are sent unless somebody says otherwise. */
export function tickedIn(typed: FormState['values']) {
  return { notify: typed === undefined || typed['notify'] === 'yes', force: typed?.['force'] === 'yes' };
}

/** The people of a select. */
export function choices(users: readonly User[], chosen: string | undefined) {
  return users.map(({ id, fullName, email }) => ({
    id,
    label: `${fullName} (${email})`,
    chosen: chosen === String(id),
  }));
}

/** That a class is live is something to be ticked in the form. */
export async function askingForce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'class_is_live') throw error;
    throw new FieldErrors([{ field: 'force', message: error.message }]);
  }
}
