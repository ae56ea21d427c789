import { isShut } from '../domain/classStates';
import { TAKEOVERS_MAX } from '../domain/joinRefusals';
import type { MailDelivery } from '../models/MailDelivery';
import type { ZoomAuditLog } from '../models/ZoomAuditLog';
import type { LinkQuality, ZoomSecureToken } from '../models/ZoomSecureToken';
import type { PassPage, PassRow } from '../queries/findPasses';
import { actionInWords } from './auditWords';
import { browserName } from './browserName';
import { formatInstant, formatMoment } from './classTime';

const QUALITY: Readonly<Record<LinkQuality, string>> = {
  registrant: 'Their own link, which Zoom lets one person use at a time. Attendance is sure.',
  invite:
    'A link with their name and a number in it, which attendance rests on. Whoever has it comes in under that name.',
  plain:
    'The meeting’s own link, the same for everybody. Attendance rests on the address they gave Zoom, or on somebody who says who they were.',
};

export function presentPassRow({ pass, name, classDate, title }: PassRow, zone: string) {
  return {
    id: pass.id,
    who: name ? `${name.firstName} ${name.lastName}` : 'somebody who is gone',
    email: pass.email,
    role: pass.guestId === null ? 'student' : 'guest',
    title,
    startsAt: formatInstant(classDate.startsAt, zone),
    state: stateInWords(pass),
    tone: pass.revokedAt ? 'bad' : 'plain',
  };
}

export function presentPassPage(page: PassPage, zone: string) {
  const { pass, classDate } = page;
  const quality: LinkQuality | null = pass.linkQuality;
  return {
    ...presentPassRow(page, zone),
    usedAt: pass.usedAt && formatMoment(pass.usedAt, zone),
    browser: pass.userAgent === null ? null : browserName(pass.userAgent),
    address: pass.ipAddress,
    takeovers: `${pass.takeovers} of ${TAKEOVERS_MAX}`,
    quality: quality === null ? noneYet(classDate) : QUALITY[quality],
    isRevoked: pass.revokedAt !== null,
    isCancelled: classDate.state === 'cancelled',
    isShut: isShut(classDate),
    story: storyOf(page, zone),
  };
}

function noneYet(classDate: PassPage['classDate']): string {
  return isShut(classDate) ? 'None.' : 'None yet: it is made when the room opens.';
}

function stateInWords({ revokedAt, usedAt, takeovers }: ZoomSecureToken): string {
  if (revokedAt) return 'withdrawn';
  if (!usedAt) return 'not used yet';
  return takeovers >= TAKEOVERS_MAX ? 'in use, no change of browser left' : 'in use';
}

/** What has happened, newest first. */
function storyOf({ pass, mails, audits }: PassPage, zone: string) {
  const events = [
    { at: pass.createdAt, what: 'Issued', more: '' },
    ...mails.map((mail) => ({ at: mail.sentAt ?? mail.createdAt, ...mailInWords(mail) })),
    ...audits.map((audit) => ({ at: audit.createdAt, ...auditInWords(audit) })),
  ];
  return events
    .sort((one, other) => other.at.getTime() - one.at.getTime())
    .map(({ at, ...event }) => ({ ...event, at: formatMoment(at, zone) }));
}

function mailInWords({ kind, state, lastError }: MailDelivery) {
  return { what: `Mail: ${kind.replaceAll('_', ' ')}, ${state.replaceAll('_', ' ')}`, more: lastError ?? '' };
}

function auditInWords({ action, metadata, ipAddress, userAgent }: ZoomAuditLog) {
  const details = JSON.parse(metadata ?? '{}') as Readonly<Record<string, unknown>>;
  const how = details['takeover'] === true ? 'in another browser' : details['reentry'] === true ? 'once more' : '';
  const reason = typeof details['reason'] === 'string' ? details['reason'].replaceAll('_', ' ') : '';
  const more = [how, reason, ipAddress, userAgent && browserName(userAgent)].filter(Boolean).join(', ');
  return { what: actionInWords(action), more };
}
