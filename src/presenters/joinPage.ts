import { classTimes } from '../domain/classTimes';
import { isOpen, refreshSeconds, type Door } from '../domain/joinRules';
import type { Standing } from '../domain/joinRefusals';
import type { JoinPass } from '../queries/findJoinPass';
import { formatClassZoneTime, formatDuration, formatInstant } from './classTime';

type ClassOfPass = Pick<
  JoinPass,
  'startsAt' | 'durationMinutes' | 'leadMinutes' | 'graceMinutes' | 'watchMinutes' | 'settleMinutes' | 'stateReason'
> &
  Pick<JoinPass, 'title' | 'teacherName' | 'classZone' | 'readerZone' | 'displacedAt'>;

/** The page of a good pass, in words, for whatever is behind the door. */
export function presentJoinPage(pass: ClassOfPass, door: Door, standing: Standing, now: Date) {
  const zone = pass.readerZone ?? pass.classZone;
  const otherTime = formatClassZoneTime(pass.startsAt, pass.classZone, pass.readerZone);
  const taken = isOpen(door) ? takenInWords(pass, standing, zone) : null;
  return {
    title: pass.title,
    classTitle: pass.title,
    teacherName: pass.teacherName,
    time: formatInstant(pass.startsAt, zone),
    timeLabel: otherTime ? 'Your time' : 'Time',
    otherTime,
    startsAt: pass.startsAt.toISOString(),
    // Their zone is not known to us, but to their browser.
    guessesZone: pass.readerZone === null,
    zone,
    countsDown: now < pass.startsAt && door !== 'live',
    taken,
    duration: formatDuration(pass.durationMinutes),
    refreshSeconds: refreshSeconds(door, classTimes(pass).opensAt, now),
    button: buttonFor(door, taken),
    tone: door === 'live' ? 'live' : isOpen(door) ? 'open' : 'waiting',
    ...wordsFor(door, pass, zone, now),
  };
}

function buttonFor(door: Door, taken: string | null): string {
  if (taken !== null) return 'Continue here instead';
  return door === 'teacher_gone' ? 'Go in again' : 'Join Live Class Now';
}

/** What has become of the pass, when another browser holds it. */
function takenInWords({ displacedAt }: ClassOfPass, standing: Standing, zone: string): string | null {
  if (standing === 'displaced' && displacedAt !== null) {
    return `You went on in another browser at ${formatInstant(displacedAt, zone)}. You can come back to this one.`;
  }
  return standing === 'elsewhere'
    ? 'Your link has been used in another browser, such as that of your mail app or of another device. You can go on in this one.'
    : null;
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
