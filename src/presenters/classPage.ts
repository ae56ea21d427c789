import type { Config } from '../config/loadConfig';
import { actualState, isOver } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { MINUTE_MS } from '../domain/clock';
import { comingMails } from '../domain/comingMails';
import type { MailDelivery } from '../models/MailDelivery';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import type { ClassPage } from '../queries/findClassPage';
import type { RoomMade } from '../queries/findRoomMade';
import { paths } from '../routes/paths';
import { classDateWorkflowId } from '../temporal/workflowIds';
import { outcomeInWords, presentClassRow, reasonInWords, stateInShort } from './classDate';
import { actionInWords } from './auditWords';
import { linksToEdits } from './classEdit';
import { presentOpenRisk } from './classRisk';
import { formatInstant } from './classTime';
import { clashInWords } from './hostClash';
import { deliveriesWith } from './delivery';
import { mailTone } from './mailTone';
import { mailInWords, STATE_WORDS } from './mailWords';
import { wallTimeNote } from './wallTimeNote';

/** The admin's page of a class date as plain values; Zoom's URLs are never among them. */
export function presentClassPage(config: Config, page: ClassPage, readerZone: string | null, now: Date) {
  const { classDate } = page;
  const zone = readerZone ?? classDate.timeZone;
  const instant = (at: Date | null) => (at === null ? null : formatInstant(at, zone));
  return {
    ...presentClassRow(page, readerZone),
    // The reason stands below in full.
    state: stateInShort(actualState(classDate), null, classDate.outcome),
    timeNote: wallTimeNote(classDate),
    orderId: classDate.orderId,
    attendanceHref: paths.attendance(classDate.id),
    edits: linksToEdits(classDate),
    over: isOver(classDate.state),
    reason: classDate.stateReason === null ? null : reasonInWords(classDate.stateReason),
    outcome: classDate.outcome === null ? null : outcomeInWords(classDate.outcome),
    clashes: page.clashes.map((clash) => ({
      text: clashInWords(clash, readerZone),
      tone: clash.kind === 'overlap' ? 'bad' : 'mild',
      href: paths.classDate(clash.classDate.id),
    })),
    // A clash stands above in full, with the way to the other class.
    risks: page.risks.filter(({ risk }) => risk.kind !== 'clash').map((risk) => presentOpenRisk(risk, readerZone)),
    roomChanged: presentRoomChanged(page),
    workflowUrl: workflowUrl(config, classDate),
    timeline: timelineOf(page, instant),
    meetings: page.meetings.map(({ meetingId, state, status, attempts, lastError, nextAttemptAt, generation }) => ({
      ...{ meetingId, state, status, attempts, lastError, generation },
      nextAttemptAt: instant(nextAttemptAt),
    })),
    people: page.passes.map((pass) => presentPass(page, pass, instant)),
    mails: page.mails.map((mail) => presentMail(page, mail, instant)),
    mailsHref: deliveriesWith({ class: String(classDate.id) }),
    coming: presentComing(page, now, instant),
    audit: page.audit.map(({ action, createdAt }) => ({ action: actionInWords(action), at: instant(createdAt) })),
  };
}

/** Two ways out of a room that somebody changed at Zoom; null where there is none to be put back. */
function presentRoomChanged({ classDate, risks }: ClassPage) {
  const changed = risks.some(({ risk }) => risk.kind === 'meeting_changed');
  if (!changed || classDate.state === 'live' || classDate.closedAt !== null) return null;
  return { action: paths.classDateRoom(classDate.id), moveHref: paths.classDateSchedule(classDate.id) };
}

type Format = (at: Date | null) => string | null;

function timelineOf({ classDate, roomMade }: ClassPage, instant: Format) {
  const times = classTimes(classDate);
  return [
    { what: 'Booked', at: instant(classDate.createdAt) },
    { what: 'Room opens', at: instant(times.opensAt) },
    { what: 'Room made', at: roomMade && roomMadeInWords(roomMade, instant) },
    { what: 'Starts', at: instant(times.startsAt) },
    { what: 'Went live', at: instant(classDate.liveAt) },
    { what: 'Planned end', at: instant(times.endsAt) },
    { what: 'Ended', at: instant(classDate.endedAt) },
    { what: 'Doors closed', at: instant(classDate.closedAt) },
    { what: 'Settled', at: instant(classDate.settledAt) },
    { what: 'Cancelled', at: instant(classDate.cancelledAt) },
  ].filter(({ at }) => at !== null);
}

function roomMadeInWords({ at, dueAt }: RoomMade, instant: Format): string {
  const lateMinutes = Math.floor((at.getTime() - dueAt.getTime()) / MINUTE_MS);
  return lateMinutes > 0 ? `${instant(at)}, ${lateMinutes} min late` : `${instant(at)}`;
}

function presentPass(page: ClassPage, pass: ZoomSecureToken, instant: Format) {
  return {
    who: passName(page, pass.id),
    email: pass.email,
    role: pass.guestId === null ? 'student' : 'guest',
    badAddress: page.badAddresses.includes(pass.id),
    state: pass.revokedAt ? 'revoked' : pass.usedAt ? 'claimed' : 'not used yet',
    usedAt: instant(pass.usedAt),
    link: pass.linkQuality,
  };
}

function presentMail(page: ClassPage, mail: MailDelivery, instant: Format) {
  const user = mail.userId === null ? undefined : page.mailUsers.get(mail.userId);
  return {
    kind: mailInWords(mail),
    who: user?.fullName ?? (mail.passId === null ? 'nobody' : passName(page, mail.passId)),
    state: STATE_WORDS[mail.state],
    tone: mailTone(mail.state),
    sentAt: instant(mail.sentAt),
    reason: mail.lastError,
  };
}

/** What has no row in the ledger yet: so that "I got no mail" can be answered before its time. */
function presentComing({ classDate, passes, mails }: ClassPage, now: Date, instant: Format) {
  const { state, closedAt, furtherReminders, scheduleVersion } = classDate;
  const planned = new Set(
    mails.filter(({ version }) => version === scheduleVersion).map((mail) => `${mail.kind} ${mail.minutesBefore}`),
  );
  const live = passes.filter(({ revokedAt }) => revokedAt === null);
  const guests = live.filter(({ guestId }) => guestId !== null).length;
  const people = { everybody: live.length, buyer: live.length - guests, guests, teacher: 1 };
  return comingMails({ state, closedAt, schedule: classDate, furtherReminders }, now)
    .filter((mail) => !planned.has(`${mail.kind} ${mail.minutesBefore}`) && people[mail.to] > 0)
    .map((mail) => ({ what: mailInWords(mail), at: instant(mail.at), people: people[mail.to] }));
}

function passName({ passNames }: ClassPage, passId: number): string {
  const name = passNames.get(passId);
  return name ? `${name.firstName} ${name.lastName}` : 'somebody who is gone';
}

function workflowUrl({ temporal }: Config, classDate: ClassPage['classDate']): string | null {
  if (temporal.uiUrl === undefined) return null;
  return `${temporal.uiUrl}/namespaces/${temporal.namespace}/workflows/${classDateWorkflowId(classDate)}`;
}
