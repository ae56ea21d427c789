import { z } from 'zod';

/** Zoom's word that a user has removed our app. */
export const DEAUTHORIZED = 'app_deauthorized';

/** What stays of such an event once it has been carried out. */
export const CARRIED_OUT = JSON.stringify({ event: DEAUTHORIZED });

const bodySchema = z.object({ payload: z.object({ user_id: z.string().regex(/^[\x21-\x7e]{1,64}$/) }) });

/** The part that is needed until it is carried out: whom it is about; no account, no signature. */
export function neededBody(rawBody: string): string {
  const parsed = bodySchema.safeParse(JSON.parse(rawBody));
  return JSON.stringify({ event: DEAUTHORIZED, payload: parsed.success ? parsed.data.payload : {} });
}

/** @throws ZodError when the event names nobody */
export function deauthorizedUserId(body: string): string {
  return bodySchema.parse(JSON.parse(body)).payload.user_id;
}
