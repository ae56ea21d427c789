import { z } from 'zod';

/** Parts of what Zoom says, in its webhooks and its replies alike: texts that it may leave out, cut to what a column holds. */
export const optionalText = (max: number) =>
  z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => {
      const text = String(value ?? '').trim();
      return text === '' ? null : text.slice(0, max);
    });

/** Ids are stored as ASCII. */
export const optionalId = optionalText(64).transform((text) => (text && /^[\x21-\x7e]+$/.test(text) ? text : null));
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
/** Zoom leaves out what it does not know, or writes null or "" for it. */
export const maybeInstant = z
  .union([instant, z.literal('')])
  .nullish()
  .transform((at) => (at instanceof Date ? at : null));
export const uuid = z.string().regex(/^[\x21-\x7e]{1,64}$/);
