import { resendStanding, resendUntil } from '../domain/resending';
import type { DeliveryRow } from '../queries/findDeliveries';
import { paths } from '../routes/paths';
import { formatInstant } from './classTime';
import { causeInWords } from './incident';
import { mailTone } from './mailTone';
import { mailInWords, STATE_WORDS } from './mailWords';

/** A mail of the ledger in plain words: what it is, whom it goes to, how it stands, and what can be done. */
export function presentDelivery(row: DeliveryRow, zone: string, now: Date) {
  const { mail } = row;
  const resending = resendingOf(row, now);
  return {
    id: mail.id,
    what: mailInWords(mail),
    copy: mail.copy,
    ...readerOf(row),
    about: aboutOf(row),
    state: STATE_WORDS[mail.state],
    tone: mailTone(mail.state),
    ...instantsOf(row, zone),
    attempts: mail.attempts,
    reason: mail.lastError,
    advice: row.recipient && resending.whyNot === null ? adviceFor(mail) : null,
    ...resending,
  };
}

function readerOf({ mail, recipient, classRow }: DeliveryRow) {
  const nameless = mail.toEmail === null ? 'a guest' : 'their former address';
  return {
    name: recipient ? recipient.name || nameless : 'somebody who is gone',
    email: recipient?.email ?? null,
    personHref: deliveriesWith({ to: mail.recipientKey }),
    readerZone: recipient?.timeZone ?? classRow?.classDate.timeZone ?? null,
  };
}

function instantsOf({ mail }: DeliveryRow, zone: string) {
  const instant = (at: Date | null) => (at === null ? null : formatInstant(at, zone));
  const waits = mail.state === 'queued';
  return {
    plannedAt: instant(mail.createdAt),
    sentAt: instant(mail.sentAt),
    nextTryAt: waits ? instant(mail.nextAttemptAt) : null,
    givesUpAt: waits ? instant(mail.usefulUntil) : null,
  };
}

/** The way to send it once more, or why there is none. */
function resendingOf({ mail, situation }: DeliveryRow, now: Date) {
  const helps = situation ? resendUntil(situation, now) : { why: 'What it was about no longer exists.' };
  const standing = resendStanding(mail.state);
  return {
    resendHref: standing !== 'on its way' && 'until' in helps ? paths.deliveryResend(mail.id) : null,
    asksFirst: standing === 'sent',
    whyNot: standing === 'undelivered' && 'why' in helps ? helps.why : null,
  };
}

export function deliveriesWith(filter: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(filter).toString();
  return query === '' ? paths.deliveries : `${paths.deliveries}?${query}`;
}

function aboutOf({ mail, classRow, incident }: DeliveryRow): { title: string; href: string } | null {
  if (classRow) return { title: classRow.title, href: paths.classDate(classRow.classDate.id) };
  if (mail.accountLinkId !== null && mail.userId !== null) {
    return { title: 'Their account', href: paths.person(mail.userId) };
  }
  return incident ? { title: causeInWords(incident.cause, null), href: paths.incident(incident.id) } : null;
}

/** What can be done about a mail that somebody still is there for, and that can be sent again. */
function adviceFor({ state, toEmail }: DeliveryRow['mail']): string | null {
  switch (state) {
    case 'bounced':
      // A former address is as it was.
      return toEmail !== null ? null : 'Correct the address, then send it again.';
    case 'failed':
      return 'Once that is mended, send it again.';
    case 'unknown':
      return 'It may have arrived, or not. Ask them, or send it again.';
    case 'queued':
    case 'sending':
    case 'data_sent':
    case 'sent':
    case 'skipped':
      return null;
  }
}
