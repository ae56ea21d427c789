import ical, { ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { addMinutes } from '../domain/clock';

export interface CalendarEntry {
  readonly title: string;
  readonly teacherName: string;
  readonly startsAt: Date;
  readonly durationMinutes: number;
  /** class_dates.random_key: the same entry for as long as the class exists */
  readonly classKey: string;
  readonly scheduleVersion: number;
  /** our own link, never Zoom's */
  readonly joinUrl: string;
  /** of our own site, which makes the UID one of a kind */
  readonly host: string;
}

interface Person {
  readonly name: string;
  readonly email: string;
}

/** What makes a file an invitation that a mail program acts on by itself (iTIP, RFC 5546). */
export interface Invitation {
  readonly method: 'REQUEST' | 'CANCEL';
  readonly organizer: Person;
  /** the reader alone: nobody learns from it who else is in the class */
  readonly attendee: Person;
}

/**
 * An iCalendar file (RFC 5545) with one entry; importing a later one moves the entry, for the UID stays and SEQUENCE
 * rises. Its instants are in UTC: a class is one moment and never repeats, every program shows it on its reader's own
 * clocks, and Outlook reads time zones under names it does not know as its own. When a zone's rules change, the class
 * is moved and a new request follows.
 *
 * @param stamp when it was made; a mail that is repeated keeps its own, so that it is the same file again
 */
export function presentClassCalendar(entry: CalendarEntry, stamp: Date, invitation?: Invitation): string {
  const calendar = ical({
    prodId: { company: 'DreamCrowd', product: 'Live' },
    method: ICalCalendarMethod[invitation?.method ?? 'PUBLISH'],
  });
  const isCancelled = invitation?.method === 'CANCEL';
  calendar.createEvent({
    id: `${entry.classKey}@${entry.host}`,
    sequence: calendarSequence(entry.scheduleVersion, isCancelled),
    stamp,
    start: entry.startsAt,
    end: addMinutes(entry.startsAt, entry.durationMinutes),
    summary: entry.title,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    ...(isCancelled
      ? { description: `The class with ${entry.teacherName} is cancelled.` }
      : {
          description: `With ${entry.teacherName}. Join here: ${entry.joinUrl}`,
          location: entry.joinUrl,
          url: entry.joinUrl,
        }),
    ...(invitation ? peopleOf(invitation) : {}),
  });
  return calendar.toString();
}

/** Outlook and Gmail offer an entry only to whom it names, and ours ask for no answer. */
function peopleOf({ organizer, attendee }: Invitation) {
  return {
    organizer,
    attendees: [{ ...attendee, rsvp: false, status: ICalAttendeeStatus.NEEDSACTION }],
    x: { 'X-MICROSOFT-DISALLOW-COUNTER': 'TRUE' },
  };
}

/** Even numbers are times, and the odd one after each is its cancelling: a class that is opened again rises above that. */
function calendarSequence(scheduleVersion: number, isCancelled: boolean): number {
  return (scheduleVersion - 1) * 2 + (isCancelled ? 1 : 0);
}
