import type { ClassTimes } from './classTimes';
import { reminderUsefulUntil } from './furtherReminders';

/** Every mail about a class date. */
export type ClassMailKind =
  | 'class_reminder'
  | 'early_reminder'
  | 'guest_invitation'
  | 'new_link'
  | 'teacher_start'
  | 'teacher_not_connected'
  | 'teacher_not_started'
  | 'class_at_risk'
  | 'teacher_assigned'
  | 'teacher_released'
  | 'rescheduled'
  | 'reopened'
  | 'cancelled'
  | 'missed';

/** Every mail about an incident. */
export type IncidentMailKind = 'connect_zoom' | 'incident_opened' | 'incident_closed';

/** Every mail about somebody's account. */
export type AccountMailKind = 'invitation' | 'password_reset' | 'password_changed' | 'address_changed';

export type MailKind = ClassMailKind | IncidentMailKind | AccountMailKind;

/**
 * queued → sending → data_sent → sent. `data_sent`: all but the final dot has gone out; found so after a crash, the
 * mail is sent once more with the same Message-ID, then it is `unknown` (RFC 1047's gap). `bounced`: the server refused
 * the address or the mail for good. `failed`: we could not make the mail, or every try was in vain for as long as it helped.
 * `skipped`: it was left out on purpose, or no longer helps.
 */
export type MailState = 'queued' | 'sending' | 'data_sent' | 'sent' | 'unknown' | 'bounced' | 'failed' | 'skipped';

const DAY_MS = 24 * 60 * 60_000;

/** A mail about an incident is of use for a day; the page tells the rest. */
export function incidentMailUsefulUntil(now: Date): Date {
  return new Date(now.getTime() + DAY_MS);
}

/** The columns of a mail that is to go out after all, as if it had just been planned. */
export function queuedAnew(now: Date, usefulUntilThen: Date) {
  const asPlanned = { state: 'queued' as const, attempts: 0, nextAttemptAt: now, usefulUntil: usefulUntilThen };
  return { ...asPlanned, leaseHolder: null, leaseUntil: null, lastError: null };
}

/**
 * Until when a mail of that kind still helps its reader; there are no later tries.
 *
 * @param minutesBefore of a further reminder
 */
export function usefulUntil(kind: ClassMailKind, times: ClassTimes, now: Date, minutesBefore = 0): Date {
  const until = USEFUL_UNTIL[kind];
  if (until === 'by its own time') return reminderUsefulUntil(times.startsAt, minutesBefore);
  return until === 'a day later' ? new Date(now.getTime() + DAY_MS) : times[until];
}

const USEFUL_UNTIL: Readonly<
  Record<ClassMailKind, 'endsAt' | 'closesAt' | 'hardCapAt' | 'a day later' | 'by its own time'>
> = {
  early_reminder: 'by its own time',
  class_reminder: 'closesAt',
  guest_invitation: 'closesAt',
  // The door of a class that overruns stays open; one that is over is asked for apart.
  new_link: 'hardCapAt',
  teacher_start: 'closesAt',
  teacher_not_connected: 'endsAt',
  teacher_not_started: 'endsAt',
  class_at_risk: 'endsAt',
  teacher_assigned: 'endsAt',
  teacher_released: 'endsAt',
  rescheduled: 'endsAt',
  reopened: 'endsAt',
  cancelled: 'a day later',
  missed: 'a day later',
};

/** How a mail's last error begins that the mail server let us in with, and yet did not take, or did not say so. */
export const TAKES_NONE_OF_OURS = 'the mail server takes no mails from us';
export const FELL_SILENT = 'the mail server let us in, and then did not answer';
export const NEVER_CONFIRMED = 'the mail server never confirmed it';
export const REPEATED_IN_VAIN = `${NEVER_CONFIRMED}; it was repeated once`;
/** Of a mail server that was not there, or broke off. */
export const NO_ANSWER = 'the mail server did not answer';
/** What says that a mail server is unwell although it lets us in, until it takes a mail. */
export const SILENT_INSIDE: readonly string[] = [FELL_SILENT, NEVER_CONFIRMED];
/** Of no answer, as opposed to a refusal. */
export const SILENCE: readonly string[] = [...SILENT_INSIDE, NO_ANSWER];

/** Minutes to wait after the first, second, … try that failed; the last repeats (greylisting wants five or more). */
const RETRY_MINUTES = [1, 5, 15];

export function retryAt(attempts: number, now: Date): Date {
  const minutes = RETRY_MINUTES[Math.min(attempts, RETRY_MINUTES.length) - 1] ?? 1;
  return new Date(now.getTime() + minutes * 60_000);
}
