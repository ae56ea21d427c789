import { FieldErrors, type FieldError } from '../../errors';
import type { AppContext } from '../../middlewares/context';
import { typedValues } from '../../middlewares/validate';

/** A form that is shown again: what was typed, and what is wrong with it. */
export interface FormState {
  readonly values?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
  /** the first message for each field */
  readonly errorOf?: Readonly<Record<string, string>>;
}

/**
 * Does `save`; when what was entered is wrong, shows the form again (422) with everything that was typed.
 *
 * @param inputOf the input that a field is entered in, where it is called differently
 */
export async function showAgain(
  ctx: AppContext,
  show: (ctx: AppContext, form: FormState) => Promise<void>,
  save: () => Promise<void>,
  inputOf: Readonly<Record<string, string>> = {},
): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    const errors = error.fields.map(({ field, message }) => ({ field: inputOf[field] ?? field, message }));
    const errorOf = Object.fromEntries([...errors].reverse().map(({ field, message }) => [field, message]));
    await show(ctx, { values: typedValues(ctx), errors, errorOf });
    ctx.status = error.status;
  }
}
