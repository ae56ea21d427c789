const SECOND_MS = 1_000;

/** How long an answer asks to be left alone, by seconds or by a date of HTTP's; undefined where it does not say. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  const value = header?.trim() ?? '';
  const ms = /^\d+$/.test(value) ? Number(value) * SECOND_MS : Date.parse(value) - now.getTime();
  return ms > 0 ? ms : undefined;
}
