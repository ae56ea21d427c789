import type { Random } from '../core/random';
import type { ZoomState } from '../core/state';

/** Eleven digits: beyond 32 bits, within what a JavaScript number holds. */
export function newMeetingId(random: Random, state: ZoomState): number {
  for (;;) {
    const id = random.integer(80_000_000_000, 99_999_999_999);
    if (!state.meetings.has(id)) return id;
  }
}

/**
 * 16 bytes in base64. One in eight starts with a slash and one in eight has two in a row, far more than by chance,
 * so that whoever encodes them once only is found out.
 */
export function newUuid(random: Random): string {
  const uuid = random.bytes(16).toString('base64');
  const kind = random.integer(0, 7);
  if (kind === 0) return `/${uuid.slice(1)}`;
  if (kind === 1) return `${uuid.slice(0, 8)}//${uuid.slice(10)}`;
  return uuid;
}
