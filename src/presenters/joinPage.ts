import { classTimes } from '../domain/classTimes';
import { isOpen, refreshSeconds, type Door } from '../domain/joinRules';
import type { JoinPass } from '../queries/findJoinPass';
import { formatClassZoneTime, formatDuration, formatInstant } from './classTime';

type ClassOfPass = Pick<
  JoinPass,
  'startsAt' | 'durationMinutes' | 'leadMinutes' | 'graceMinutes' | 'watchMinutes' | 'settleMinutes' | 'stateReason'
> &
  Pick<JoinPass, 'title' | 'teacherName' | 'classZone' | 'readerZone'>;

/** The page of a good pass, in words, for whatever is behind the door. */
export function presentJoinPage(pass: ClassOfPass, door: Door, now: Date) {
  const zone = pass.readerZone ?? pass.classZone;
  return {
    title: pass.title,
    classTitle: pass.title,
    teacherName: pass.teacherName,
    time: formatInstant(pass.startsAt, zone),
    otherTime: formatClassZoneTime(pass.startsAt, pass.classZone, pass.readerZone),
    duration: formatDuration(pass.durationMinutes),
    refreshSeconds: refreshSeconds(door, classTimes(pass).opensAt, now),
    button: door === 'teacher_gone' ? 'Go in again' : 'Join Live Class Now',
    tone: door === 'live' ? 'live' : isOpen(door) ? 'open' : 'waiting',
    ...wordsFor(door, pass, zone, now),
  };
}

function wordsFor(door: Door, pass: ClassOfPass, zone: string, now: Date): { heading: string; text: string } {
  const times = classTimes(pass);
  switch (door) {
    case 'not_yet':
      return {
        heading: 'Not open yet',
        text: `Opens at ${formatInstant(times.opensAt, zone)}. You can leave this page open: the way in will appear here.`,
      };
    case 'room_being_made':
      return {
        heading: 'The room is being made',
        text:
          now < times.startsAt
            ? 'This page looks again every few seconds, and the way in will appear here.'
            : 'It takes longer than it should. We keep trying, and the way in will appear here; please keep this page open.',
      };
    case 'waiting_for_teacher':
      return {
        heading: 'Waiting for your teacher',
        text:
          pass.stateReason === 'not_started'
            ? 'The class has not started yet, and we have written to your teacher. You can go in and wait there.'
            : `The room is ready. You can go in now; the class begins when ${pass.teacherName} starts it.`,
      };
    case 'live':
      return { heading: 'Live now', text: 'The class is running. Go right in.' };
    case 'teacher_gone':
      return {
        heading: 'The meeting has ended',
        text: `Your teacher may still come back: you can go in again until ${formatInstant(times.closesAt, zone)}.`,
      };
    case 'over':
    case 'cancelled':
      return { heading: 'This class is over', text: 'There is nothing more to join.' };
  }
}
