import { earlier } from './clock';
import type { OutcomeEventType } from './outcomeEvents';

/** What an endpoint is sent unless somebody chooses otherwise. */
export const PUSHED_BY_DEFAULT: readonly OutcomeEventType[] = [
  'class.ready',
  'class.live',
  'class.settled',
  'class.missed',
  'class.cancelled',
  'class.at_risk',
  'class.teacher_absent',
];

/** Why a call was of no use. */
export type PushFailure =
  | 'status'
  | 'redirect'
  | 'gone'
  | 'timeout'
  | 'no_connection'
  | 'no_address'
  | 'private_address'
  | 'bad_certificate'
  | 'not_https'
  | 'secret_unreadable'
  /** not called any more, because its endpoint was switched off */
  | 'switched_off';

/** What came of one call. */
export type PushOutcome =
  | { readonly ok: true; readonly status: number }
  | {
      readonly ok: false;
      readonly status: number | null;
      readonly failure: PushFailure;
      /** so long the receiver asks to be left alone */
      readonly retryAfterMs?: number;
    };

/** Why an endpoint is switched off. */
export type OffReason = 'by_hand' | 'gone' | 'failing';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long to wait after the first, the second, … failure on end; the schedule that Standard Webhooks proposes. */
const WAITS_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;
const LONGEST_WAIT_MS = 24 * HOUR_MS;

/** It has had more than it can take just now. */
const TOO_MANY = 429;

/** What has failed for so long is given up at its next failure. */
const PATIENCE_MS = 72 * HOUR_MS;

/** An event that is new need not wait out the pause of older ones: so long after the last failure there is one more try. */
export const NEWS_WAITS_SECONDS = 300;

/** What is known of an endpoint that nothing is wrong with. */
export const WELL = { failures: 0, failingSince: null, pausedUntil: null, askedUntil: null } as const;

/** So much longer at most: what failed at one instant is not to come back at one. */
const SPREAD = 0.1;

/**
 * @param failures on end, this one among them
 * @param spread from 0 to 1
 */
export function retryAt(failures: number, now: Date, spread: number): Date {
  const waitMs = WAITS_MS[failures - 1] ?? LONGEST_WAIT_MS;
  return new Date(now.getTime() + Math.round(waitMs * (1 + SPREAD * spread)));
}

/**
 * Until when a receiver is left alone because it asked for that: for a day at most, and not beyond the end of our patience,
 * so that nobody keeps events waiting for ever.
 *
 * @returns null when it did not ask
 */
export function askedUntil(outcomes: readonly PushOutcome[], failingSince: Date, now: Date): Date | null {
  const asked = outcomes.map((outcome) => (outcome.ok ? 0 : (outcome.retryAfterMs ?? 0)));
  const longestMs = Math.min(Math.max(...asked), LONGEST_WAIT_MS);
  if (longestMs === 0) return null;
  return earlier(new Date(now.getTime() + longestMs), new Date(failingSince.getTime() + PATIENCE_MS));
}

export function isGivenUp(failingSince: Date | null, now: Date): boolean {
  return failingSince !== null && now.getTime() - failingSince.getTime() >= PATIENCE_MS;
}

/**
 * Whether the receiver itself may be well and only dislike this one event: then another event is tried before the
 * endpoint counts as down. A receiver that asks to be left alone, or has had too much, is not asked twice.
 */
export function mayBeTheEvent(outcome: PushOutcome): boolean {
  if (outcome.ok || outcome.status === TOO_MANY || outcome.retryAfterMs !== undefined) return false;
  return outcome.failure === 'status' || outcome.failure === 'redirect' || outcome.failure === 'timeout';
}
