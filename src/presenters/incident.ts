import { assertNever } from '../domain/assertNever';
import type { IncidentCause } from '../domain/incidents';
import { LOOK_AT_SUBSCRIPTION } from '../domain/zoomVerdicts';
import type { Incident } from '../models/Incident';
import type { MailDelivery } from '../models/MailDelivery';
import { paths } from '../routes/paths';
import { formatInstant } from './classTime';
import { mailTone } from './mailTone';

/** What is wrong, as a line of its own; the teacher is named where it is about one. */
export function causeInWords(cause: IncidentCause, teacherName: string | null): string {
  switch (cause) {
    case 'teacher_connection':
      return `${teacherName ?? 'A teacher'} has no working Zoom connection`;
    case 'zoom_credentials':
      return 'Zoom does not accept our app’s client id or secret';
    case 'zoom_unreachable':
      return 'Zoom does not answer';
    case 'encryption_key':
      return 'A key is missing from ENCRYPTION_KEYS';
    case 'mail_unreachable':
      return 'The mail server does not take our mails';
    case 'webhook_secret':
      return 'Webhooks come with wrong signatures, and none with a right one';
    case 'webhooks_silent':
      return 'Classes run, and Zoom’s webhooks tell nothing of them';
    case 'sweep_acted':
      return 'Workflows that should have run did not, and were started again';
    case 'push_endpoint_off':
      return 'A marketplace’s endpoint takes no more events, and was switched off';
    default:
      return assertNever(cause);
  }
}

/** What an admin can do about it. */
export function remedyFor(cause: IncidentCause): string {
  switch (cause) {
    case 'teacher_connection':
      return 'Their classes cannot open until they connect. They have been mailed the link; if a class is near, call them.';
    case 'zoom_credentials':
      return 'No class can get a room. Compare the Zoom settings with the app in the Zoom Marketplace.';
    case 'zoom_unreachable':
      return 'Rooms are tried again every minute. Look at status.zoom.us, and whether this server may reach the internet.';
    case 'encryption_key':
      return 'What was stored under it cannot be read, and classes cannot get rooms. Put the key back at the end of the list and restart.';
    case 'mail_unreachable':
      return 'Mails wait and are tried again. Check the SMTP settings and the mail server.';
    case 'webhook_secret':
      return 'If they are Zoom’s, we do not hear of starts, ends and participants. Copy “Secret Token” from the Zoom app into the Zoom settings again, check this server’s clock, then press “Validate” at Zoom. (Strangers who try the address look the same.)';
    case 'webhooks_silent':
      return `That they run is known only from asking Zoom, minutes late, and who is in them not before they are over. ${LOOK_AT_SUBSCRIPTION} It is over as soon as an event comes.`;
    case 'sweep_acted':
      return 'Classes go on. Find out what had stopped them: was Temporal’s store lost or put back, a run ended by hand, or a release made that running workflows cannot follow? The worker’s log has the counts (“sweep: had to act”).';
    case 'push_endpoint_off':
      return 'It took nothing for three days, or said that it is gone (410). Ask whoever runs it; at /admin/push-endpoints switch it on again and push what it missed, or have it stay off.';
    default:
      return assertNever(cause);
  }
}

/** `3 classes`, or nothing for none. */
export function classesInWords(count: number): string {
  if (count === 0) return '';
  return count === 1 ? 'one class' : `${count} classes`;
}

export interface PresentedIncident {
  readonly id: number;
  readonly what: string;
  readonly remedy: string;
  readonly openedAt: string;
  readonly lastSeenAt: string;
  readonly closedAt: string | null;
  readonly occurrences: number;
  readonly touched: string;
  /** where it can be mended, where it is about an endpoint */
  readonly endpoint: string | null;
}

export function presentIncident(
  incident: Incident,
  { teacherName, touched }: { teacherName: string | null; touched: number },
  readerZone: string | null,
): PresentedIncident {
  const zone = readerZone ?? 'UTC';
  return {
    id: incident.id,
    what: causeInWords(incident.cause, teacherName),
    remedy: remedyFor(incident.cause),
    openedAt: formatInstant(incident.openedAt, zone),
    lastSeenAt: formatInstant(incident.lastSeenAt, zone),
    closedAt: incident.closedAt ? formatInstant(incident.closedAt, zone) : null,
    occurrences: incident.occurrences,
    touched: classesInWords(touched),
    endpoint: incident.pushEndpointId === null ? null : paths.pushEndpoint(incident.pushEndpointId),
  };
}

export function presentIncidentMail(
  { mail, to }: { readonly mail: MailDelivery; readonly to: string },
  readerZone: string | null,
) {
  return {
    kind: mail.kind.replaceAll('_', ' '),
    who: to,
    state: mail.state.replaceAll('_', ' '),
    tone: mailTone(mail.state),
    sentAt: mail.sentAt ? formatInstant(mail.sentAt, readerZone ?? 'UTC') : null,
    reason: mail.lastError,
  };
}
