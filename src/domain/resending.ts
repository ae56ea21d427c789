import { assertNever } from './assertNever';
import { isOver, type ClassState } from './classStates';
import type { ClassTimes } from './classTimes';
import { doorClosesAt } from './joinRules';
import {
  incidentMailUsefulUntil,
  usefulUntil,
  type AccountMailKind,
  type ClassMailKind,
  type IncidentMailKind,
  type MailKind,
  type MailState,
} from './mails';

/** What sending a mail once more rests on. */
export type MailSituation =
  | ClassMailSituation
  | { readonly kind: IncidentMailKind; readonly isOpen: boolean }
  /** until when the link can be used; null when it cannot (any more) */
  | { readonly kind: AccountMailKind; readonly usableUntil: Date | null };

interface ClassMailSituation {
  readonly kind: ClassMailKind;
  readonly version: number;
  readonly classState: ClassState;
  readonly scheduleVersion: number;
  readonly times: ClassTimes;
}

/** Over, and never arrived as far as we know: the row itself goes out anew. */
export const UNDELIVERED: readonly MailState[] = ['bounced', 'failed', 'skipped', 'unknown'];

/**
 * What goes out anew when all that did not arrive is asked for. What was skipped was left out on purpose, or helps no more;
 * whoever knows better sends it by itself.
 */
export const FAILED: readonly MailState[] = ['bounced', 'failed', 'unknown'];

/** Until when a mail that is sent once more helps its reader, or why it would not. */
export function resendUntil(mail: MailSituation, now: Date): { until: Date } | { why: string } {
  if ('isOpen' in mail) {
    if (mail.kind !== 'incident_closed' && !mail.isOpen) return { why: 'The trouble is over.' };
    return { until: incidentMailUsefulUntil(now) };
  }
  if ('usableUntil' in mail) {
    if (carriesNoLink(mail.kind)) return { until: incidentMailUsefulUntil(now) };
    if (mail.usableUntil !== null && mail.usableUntil > now) return { until: mail.usableUntil };
    return { why: 'Its link is used or out of date. Invite them anew, or have them ask for another one.' };
  }
  const wrong = noLongerTrue(mail, now);
  if (wrong !== null) return { why: wrong };
  const { startsAt } = mail.times;
  // Somebody asks for it: it need not come as early as it was meant to.
  const until = mail.kind === 'early_reminder' ? startsAt : usefulUntil(mail.kind, mail.times, now);
  return until > now ? { until } : { why: 'It is too late for it: the class has begun or is over.' };
}

function noLongerTrue(mail: ClassMailSituation, now: Date): string | null {
  const { kind, version, classState, scheduleVersion, times } = mail;
  if (kind === 'cancelled' || kind === 'missed') {
    return classState === kind ? null : 'It is no longer true of the class.';
  }
  if (isOver(classState)) return classState === 'cancelled' ? 'The class is cancelled.' : 'The class is over.';
  if (kind === 'new_link' && now >= doorClosesAt(classState, times)) return 'The class is over.';
  const isNumberedByItself = kind === 'new_link' || kind === 'class_at_risk';
  if (version < scheduleVersion && !isNumberedByItself)
    return 'The class has been moved since; a later mail says to when.';
  return null;
}

/** Whether a mail is on its way by itself, may simply go out anew, or has arrived and is only sent again on purpose. */
export function resendStanding(state: MailState): 'on its way' | 'undelivered' | 'sent' {
  switch (state) {
    case 'queued':
    case 'sending':
    case 'data_sent':
      return 'on its way';
    case 'bounced':
    case 'failed':
    case 'skipped':
    case 'unknown':
      return 'undelivered';
    case 'sent':
      return 'sent';
    default:
      return assertNever(state);
  }
}

export function isClassMail(kind: MailKind): kind is ClassMailKind {
  return !isIncidentMail(kind) && !isAccountMail(kind);
}

export function isAccountMail(kind: MailKind): kind is AccountMailKind {
  return kind === 'invitation' || kind === 'password_reset' || carriesNoLink(kind);
}

/** Mails about an account that say what has happened to it. */
export function carriesNoLink(kind: MailKind): kind is 'password_changed' | 'address_changed' {
  return kind === 'password_changed' || kind === 'address_changed';
}

export function isIncidentMail(kind: MailKind): kind is IncidentMailKind {
  return kind === 'connect_zoom' || kind === 'incident_opened' || kind === 'incident_closed';
}
