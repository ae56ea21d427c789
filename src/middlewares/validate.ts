import { z } from 'zod';
import { FieldErrors } from '../errors';
import type { AppContext } from './context';

/** Parses a form or JSON body; throws everything that is wrong with it at once. */
export function parseBody<Schema extends z.ZodType>(ctx: AppContext, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(ctx.request.body ?? {});
  if (parsed.success) return parsed.data;
  throw new FieldErrors(parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })));
}

/** One line of a form, without the spaces around it; '' when it was not sent. */
export function line(max: number) {
  return z
    .string('Enter a text.')
    .trim()
    .max(max, `Use at most ${max} characters.`)
    .regex(/^\P{Cc}*$/u, 'Leave out line breaks and other control characters.')
    .default('');
}

/** The typed values, as they were typed, for a form that is shown again; secrets are never sent back. */
export function typedValues(ctx: AppContext): Record<string, string> {
  const body: unknown = ctx.request.body;
  if (typeof body !== 'object' || body === null) return {};
  const entries = Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.filter(([name]) => name !== '_csrf' && !/password|secret/i.test(name)));
}
