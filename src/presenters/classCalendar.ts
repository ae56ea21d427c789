import ical, { ICalCalendarMethod } from 'ical-generator';
import { addMinutes } from '../domain/clock';
import type { JoinPass } from '../queries/findJoinPass';

type Entry = Pick<JoinPass, 'title' | 'teacherName' | 'startsAt' | 'durationMinutes'> & {
  /** class_dates.random_key: the same entry for as long as the class exists */
  readonly classKey: string;
  readonly scheduleVersion: number;
  readonly joinUrl: string;
  /** of our own site, which makes the UID one of a kind */
  readonly host: string;
};

/** An iCalendar file (RFC 5545) with one entry; importing a later one moves the entry, for the UID stays and SEQUENCE rises. */
export function presentClassCalendar(entry: Entry, now: Date): string {
  const { title, teacherName, startsAt, durationMinutes, classKey, scheduleVersion, joinUrl, host } = entry;
  const calendar = ical({ prodId: { company: 'DreamCrowd', product: 'Live' }, method: ICalCalendarMethod.PUBLISH });
  calendar.createEvent({
    id: `${classKey}@${host}`,
    sequence: scheduleVersion - 1,
    stamp: now,
    start: startsAt,
    end: addMinutes(startsAt, durationMinutes),
    summary: title,
    description: `With ${teacherName}. Join here: ${joinUrl}`,
    url: joinUrl,
  });
  return calendar.toString();
}
