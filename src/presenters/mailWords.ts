import { remindersInWords } from '../domain/furtherReminders';
import type { MailKind, MailState } from '../domain/mails';

/** What each mail is, as a person would say it. */
export const KIND_WORDS: Readonly<Record<MailKind, string>> = {
  class_reminder: 'Reminder',
  early_reminder: 'Early reminder',
  guest_invitation: 'Guest invitation',
  new_link: 'Link sent again',
  teacher_start: 'Way to start, to the teacher',
  teacher_not_connected: 'Class has no room, to the teacher',
  teacher_not_started: 'Students are waiting, to the teacher',
  teacher_assigned: 'Class is yours, to the new teacher',
  teacher_released: 'Class is no longer yours, to the former teacher',
  rescheduled: 'Class changed',
  reopened: 'Class takes place after all',
  cancelled: 'Class cancelled',
  class_at_risk: 'Class at risk, to whoever can mend it',
  missed: 'Class could not be held',
  connect_zoom: 'Connect Zoom, to the teacher',
  incident_opened: 'Trouble began, to admins',
  incident_closed: 'Trouble is over, to admins',
  invitation: 'Invitation to an account',
  password_reset: 'Link for a new password',
  password_changed: 'Password was changed',
  address_changed: 'Address was changed, to the former one',
};

export const STATE_WORDS: Readonly<Record<MailState, string>> = {
  queued: 'waiting',
  sending: 'being sent',
  data_sent: 'handed over',
  sent: 'sent',
  unknown: 'unknown',
  bounced: 'refused',
  failed: 'failed',
  skipped: 'skipped',
};

interface Mail {
  readonly kind: MailKind;
  readonly minutesBefore: number;
}

/** "Early reminder, 24 h before" */
export function mailInWords({ kind, minutesBefore }: Mail): string {
  return minutesBefore === 0
    ? KIND_WORDS[kind]
    : `${KIND_WORDS[kind]}, ${remindersInWords(String(minutesBefore))} before`;
}

export function isMailKind(text: string): text is MailKind {
  return Object.hasOwn(KIND_WORDS, text);
}

export function isMailState(text: string): text is MailState {
  return Object.hasOwn(STATE_WORDS, text);
}
