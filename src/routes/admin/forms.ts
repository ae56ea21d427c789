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

/** Does `save`; when what was entered is wrong, shows the form again (422) with everything that was typed. */
export async function showAgain(
  ctx: AppContext,
  show: (ctx: AppContext, form: FormState) => Promise<void>,
  save: () => Promise<void>,
): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    const errorOf = Object.fromEntries([...error.fields].reverse().map(({ field, message }) => [field, message]));
    await show(ctx, { values: typedValues(ctx), errors: error.fields, errorOf });
    ctx.status = error.status;
  }
}
