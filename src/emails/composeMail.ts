import MailComposer from 'nodemailer/lib/mail-composer';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { canMend } from '../domain/classRisks';
import { doorClosesAt } from '../domain/joinRules';
import { carriesNoLink } from '../domain/resending';
import type { MailKind } from '../domain/mails';
import type { MailDelivery } from '../models/MailDelivery';
import { presentClassCalendar } from '../presenters/classCalendar';
import { changeInWords } from '../presenters/classChange';
import { presentRisk } from '../presenters/classRisk';
import { formatClassZoneTime, formatClock, formatDay, formatDuration, formatInstant } from '../presenters/classTime';
import { causeInWords, classesInWords, remedyFor } from '../presenters/incident';
import { isUsable } from '../domain/accountLinks';
import type { MailAccountLink } from '../queries/loadMailAccountLink';
import type { MailIncident } from '../queries/loadMailIncident';
import type { MailClass, MailRecipient } from '../queries/loadMails';
import { withNext } from '../routes/ownPath';
import { paths } from '../routes/paths';
import { accountLinkUrl } from '../security/accountToken';
import { joinLink } from '../security/joinLink';
import type { ComposedMail } from './mailer';
import { MESSAGES, type Message } from './messages';
import { mailTemplates } from './templates';

type ComposeDeps = Pick<Deps, 'config' | 'signingKeys'>;

/** What a mail is about. */
export type MailSubject = MailClass | MailIncident | MailAccountLink;

/** One plain address; anything that could be more than one, or a header of its own, is none. */
const ADDRESS = /^[^\s@<>(),;:"\\[\]]+@[^\s@<>(),;:"\\[\]]+\.[^\s@<>(),;:"\\[\]]+$/;

/**
 * Makes the mail of a ledger row, but for its date the same bytes each time: the join link is computed, the Message-ID
 * and the stamp of the calendar entry come from the row, so that a repeat is recognised as one.
 *
 * @param now what "tomorrow" is counted from
 * @throws when the address is none
 */
export async function composeMail(
  deps: ComposeDeps,
  row: MailDelivery,
  about: MailSubject,
  recipient: MailRecipient,
  now: Date,
): Promise<ComposedMail> {
  if (!ADDRESS.test(recipient.email)) throw new Error('This is not one e-mail address.');
  const { mailFrom } = deps.config;
  const message = MESSAGES[row.kind];
  const data = dataOf(deps, row.kind, about, recipient, now);
  const calendar = 'classDate' in about ? calendarOf(deps, row, about, recipient) : null;
  const templates = mailTemplates(message.template);
  const composer = new MailComposer({
    from: { name: mailFrom.name, address: mailFrom.address },
    to: { name: oneLine(recipient.name), address: recipient.email },
    subject: data.subject,
    messageId: `<${row.messageKey}.${row.kind}@${mailFrom.address.split('@')[1]}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    baseBoundary: row.messageKey,
    html: templates.html(data),
    text: templates.text(data),
    ...(calendar ? { icalEvent: calendar } : {}),
  });
  return { from: mailFrom.address, to: recipient.email, raw: await composer.compile().build() };
}

/**
 * The entry for the reader's calendar, as Google sends its own: beside the texts for programs that act on it, and as a
 * file for those that only open files.
 */
function calendarOf(
  { config, signingKeys }: ComposeDeps,
  row: MailDelivery,
  about: MailClass,
  recipient: MailRecipient,
) {
  const message = MESSAGES[row.kind];
  if (!message.calendar) return null;
  const { classDate, title, teacherName } = about;
  const { startsAt, durationMinutes } = scheduleToShow(message, about, recipient);
  const { scheduleVersion, randomKey: classKey } = classDate;
  const joinUrl = actionUrl({ config, signingKeys }, message, about, recipient);
  const host = new URL(config.appUrl).hostname;
  const entry = { title, teacherName, startsAt, durationMinutes, scheduleVersion, classKey, joinUrl, host };
  const content = presentClassCalendar(entry, row.createdAt, {
    method: message.calendar,
    organizer: { name: config.mailFrom.name, email: config.mailFrom.address },
    attendee: { name: oneLine(recipient.name) || recipient.email, email: recipient.email },
  });
  return { method: message.calendar, filename: message.calendar === 'CANCEL' ? 'cancelled.ics' : 'class.ics', content };
}

function dataOf(deps: ComposeDeps, kind: MailKind, about: MailSubject, recipient: MailRecipient, now: Date) {
  if ('incident' in about) return incidentData(deps, MESSAGES[kind], about, recipient);
  return 'link' in about
    ? accountData(deps, MESSAGES[kind], about, recipient)
    : classData(deps, kind, about, recipient, now);
}

function classData(deps: ComposeDeps, kind: MailKind, mailClass: MailClass, recipient: MailRecipient, now: Date) {
  const message = MESSAGES[kind];
  const { classDate, title, teacherName, buyerName } = mailClass;
  const zone = recipient.timeZone ?? classDate.timeZone;
  const { startsAt, durationMinutes } = scheduleToShow(message, mailClass, recipient);
  const day = formatDay(startsAt, now, zone);
  const { heading, changes } = changeInWords(mailClass, recipient);
  const isChange = kind === 'rescheduled';
  return {
    subject: oneLine(isChange ? `${heading} - ${title}` : message.subject(title, day)),
    heading: isChange ? heading : message.heading,
    changes,
    name: recipient.name,
    title,
    teacherName,
    buyerName,
    invitedBy: recipient.pass && recipient.pass.guestId !== null ? buyerName : null,
    day,
    opensAt: formatClock(classTimes(classDate).opensAt, zone),
    startsAt: formatInstant(startsAt, zone),
    classZoneTime: formatClassZoneTime(startsAt, classDate.timeZone, recipient.timeZone),
    duration: formatDuration(durationMinutes),
    risks: risksFor(mailClass, recipient).map((row) => presentRisk(row, recipient.timeZone)),
    actionUrl: actionUrl(deps, message, mailClass, recipient),
    supportEmail: deps.config.supportEmail,
  };
}

/** Of a class that is off, or no longer theirs, people look for the time they know, and have an entry of that time. */
function scheduleToShow({ calendar }: Message, { classDate }: MailClass, { before }: MailRecipient) {
  const { startsAt, durationMinutes } = calendar === 'CANCEL' && before ? before.told : classDate;
  return { startsAt, durationMinutes };
}

/** Those that this person can mend. */
function risksFor({ risks }: MailClass, { isAdmin }: MailRecipient) {
  return risks.filter(({ risk }) => canMend(isAdmin ? 'admin' : 'teacher', risk.kind));
}

/** Why a mail that was planned need not go out any more. */
export function noLongerTrue(
  { kind, userId }: MailDelivery,
  about: MailSubject,
  recipient: MailRecipient,
  now: Date,
): string | null {
  if ('link' in about) {
    const good = carriesNoLink(kind) || isUsable(about.link, now);
    return good ? null : 'its link was used, replaced or out of date before the mail went out';
  }
  if ('incident' in about) return null;
  if (kind === 'new_link') return leadsNowhere(about, now) ? 'the class was over before the mail went out' : null;
  if (kind !== 'class_at_risk') return null;
  if (!recipient.isAdmin && userId !== about.classDate.teacherId) return 'another teacher gives the class now';
  return risksFor(about, recipient).length > 0 ? null : 'it was mended before the mail went out';
}

function leadsNowhere({ classDate }: MailClass, now: Date): boolean {
  return classDate.closedAt !== null || now >= doorClosesAt(classDate.state, classTimes(classDate));
}

function accountData(deps: ComposeDeps, message: Message, { link, user }: MailAccountLink, { email }: MailRecipient) {
  const { appUrl, supportEmail } = deps.config;
  return {
    subject: message.subject('', ''),
    heading: message.heading,
    name: user.firstName,
    isTeacher: user.role === 'teacher',
    signsIn: user.role !== 'student',
    email,
    goodUntil: formatInstant(link.expiresAt, user.timeZone ?? 'UTC'),
    changedAt: formatInstant(link.usedAt ?? link.createdAt, user.timeZone ?? 'UTC'),
    actionUrl:
      message.action === 'choose_password' ? accountLinkUrl(deps, link) : `${appUrl}${paths.passwordForgotten}`,
    supportEmail,
  };
}

function incidentData(deps: ComposeDeps, message: Message, about: MailIncident, recipient: MailRecipient) {
  const { incident, teacherName, wasConnected, touched } = about;
  const { appUrl, supportEmail } = deps.config;
  const what = causeInWords(incident.cause, teacherName);
  return {
    subject: oneLine(message.subject(what, '')),
    heading: message.heading,
    name: recipient.name,
    what,
    remedy: remedyFor(incident.cause),
    wasConnected,
    touched: classesInWords(touched),
    since: formatInstant(incident.closedAt ?? incident.lastSeenAt, recipient.timeZone ?? 'UTC'),
    actionUrl: `${appUrl}${message.action === 'connect' ? paths.zoom : paths.incident(incident.id)}`,
    supportEmail,
  };
}

function actionUrl(deps: ComposeDeps, message: Message, { classDate }: MailClass, recipient: MailRecipient): string {
  const { appUrl } = deps.config;
  const { pass } = recipient;
  switch (message.action) {
    case 'join':
      if (!pass) return `${appUrl}/teacher/meeting/${classDate.id}/start`;
      return joinLink(deps, classDate, pass);
    case 'start':
      return `${appUrl}/teacher/meeting/${classDate.id}/start`;
    case 'connect':
      // Once it is connected they go on to the class.
      return `${appUrl}${withNext(paths.zoom, paths.startMeeting(classDate.id))}`;
    case 'class':
      return `${appUrl}${recipient.isAdmin ? paths.classDate(classDate.id) : paths.teacher}`;
    case 'incident':
    case 'choose_password':
    case 'new_password':
    case 'none':
      return appUrl;
  }
}

/** Header values are one line, whatever somebody typed as a name or a title. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must go
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
