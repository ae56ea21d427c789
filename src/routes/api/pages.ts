import { z } from 'zod';

/** A list, a page at a time. */
export function pageOf<Schema extends z.ZodType>(item: Schema) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'Send it as `after` for the next page; null on the last.' }),
  });
}
