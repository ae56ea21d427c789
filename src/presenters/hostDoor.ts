import { assertNever } from '../domain/assertNever';
import { classTimes } from '../domain/classTimes';
import { isOpen, refreshSeconds, type Door } from '../domain/joinRules';
import type { HostDoor } from '../queries/findHostDoor';
import { withNext } from '../routes/ownPath';
import { paths } from '../routes/paths';
import { reasonInWords } from './classDate';
import { formatDuration, formatInstant } from './classTime';

/** A class as its teacher finds it, with the way to start it. */
export function presentHostDoor({ classDate, title, door }: HostDoor, zone: string | null, now: Date) {
  const shownZone = zone ?? classDate.timeZone;
  const { opensAt } = classTimes(classDate);
  return {
    title,
    id: classDate.id,
    startsAt: formatInstant(classDate.startsAt, shownZone),
    duration: formatDuration(classDate.durationMinutes),
    open: isOpen(door),
    button: door === 'live' ? 'Go in again' : 'Start the class',
    heading: headingOf(door),
    text: door === 'not_yet' ? `The room opens ${formatInstant(opensAt, shownZone)}.` : textOf(door),
    connection: withNext(paths.zoom, paths.startMeeting(classDate.id)),
    reason: door === 'room_being_made' && classDate.stateReason ? reasonInWords(classDate.stateReason) : null,
    refreshSeconds: refreshSeconds(door, opensAt, now),
  };
}

function headingOf(door: Door): string {
  switch (door) {
    case 'not_yet':
      return 'Not open yet';
    case 'room_being_made':
      return 'The room is being made';
    case 'waiting_for_teacher':
      return 'The room is open';
    case 'live':
      return 'Live now';
    case 'teacher_gone':
      return 'The meeting has ended';
    case 'over':
      return 'This class is over';
    case 'cancelled':
      return 'This class was cancelled';
    default:
      return assertNever(door);
  }
}

function textOf(door: Door): string {
  switch (door) {
    case 'not_yet':
    case 'room_being_made':
      return 'This page turns to a button by itself as soon as there is a room.';
    case 'waiting_for_teacher':
      return 'Your students wait until you start. The button signs you in to Zoom as the host; do not pass its address on.';
    case 'live':
      return 'If you dropped out, go in again as the host.';
    case 'teacher_gone':
      return 'If you left by mistake, start it again: your students’ links still work.';
    case 'over':
    case 'cancelled':
      return 'There is nothing more to start.';
    default:
      return assertNever(door);
  }
}
