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
  | 'rescheduled'
  | 'cancelled'
  | 'missed';

/** Every mail about an incident. */
export type IncidentMailKind = 'connect_zoom' | 'incident_opened' | 'incident_closed';

export type MailKind = ClassMailKind | IncidentMailKind;

/**
 * queued → sending → data_sent → sent. `data_sent`: all but the final dot has gone out; found so after a crash, the
 * mail is sent once more with the same Message-ID, then it is `unknown` (RFC 1047's gap). `bounced`: the server refused
 * the address or the mail for good. `failed`: we could not make the mail. `skipped`: it no longer helps.
 */
export type MailState = 'queued' | 'sending' | 'data_sent' | 'sent' | 'unknown' | 'bounced' | 'failed' | 'skipped';

const DAY_MS = 24 * 60 * 60_000;

/** A mail about an incident is of use for a day; the page tells the rest. */
export function incidentMailUsefulUntil(now: Date): Date {
  return new Date(now.getTime() + DAY_MS);
}

/**
 * Until when a mail of that kind still helps its reader; later tries are skipped, with the reason.
 *
 * @param minutesBefore of a further reminder
 */
export function usefulUntil(kind: ClassMailKind, times: ClassTimes, now: Date, minutesBefore = 0): Date {
  if (kind === 'early_reminder') return reminderUsefulUntil(times.startsAt, minutesBefore);
  const until = USEFUL_UNTIL[kind];
  return until === 'for a day' ? new Date(now.getTime() + DAY_MS) : times[until];
}

const USEFUL_UNTIL = {
  class_reminder: 'closesAt',
  guest_invitation: 'closesAt',
  new_link: 'closesAt',
  teacher_start: 'closesAt',
  teacher_not_connected: 'endsAt',
  teacher_not_started: 'endsAt',
  class_at_risk: 'endsAt',
  rescheduled: 'startsAt',
  cancelled: 'for a day',
  missed: 'for a day',
} as const satisfies Record<Exclude<ClassMailKind, 'early_reminder'>, keyof ClassTimes | 'for a day'>;

/** Minutes to wait after the first, second, … try that failed; the last repeats (greylisting wants five or more). */
const RETRY_MINUTES = [1, 5, 15];

export function retryAt(attempts: number, now: Date): Date {
  const minutes = RETRY_MINUTES[Math.min(attempts, RETRY_MINUTES.length) - 1] ?? 1;
  return new Date(now.getTime() + minutes * 60_000);
}
