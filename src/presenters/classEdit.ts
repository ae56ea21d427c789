import { editsOf, type ClassEditKind } from '../domain/classEdits';
import type { ClassDate } from '../models/ClassDate';
import type { ClassToEdit } from '../queries/findClassEdit';
import { paths } from '../routes/paths';
import { presentClassRow } from './classDate';
import { formatClassZoneTime } from './classTime';
import { inPart } from './inPart';

interface EditWords {
  readonly path: (id: number) => string;
  readonly heading: string;
  readonly button: string;
  /** what happens to a room that is there */
  readonly room: string;
  /** and where there is none */
  readonly noRoom: string;
  /** what those who were told something else are told */
  readonly news: string;
  readonly done: string;
}

const WORDS: Readonly<Record<ClassEditKind, EditWords>> = {
  schedule: {
    path: paths.classDateSchedule,
    heading: 'Reschedule',
    button: 'Move the class',
    room: 'Its room is moved at Zoom with it; where somebody has been in it already and the class is put off, it gets another. Every link stays good.',
    noRoom: 'It has no room yet; one is made when its time comes. Every link stays good.',
    news: 'what is new and what it was before',
    done: 'The class is changed.',
  },
  teacher: {
    path: paths.classDateTeacher,
    heading: 'Substitute teacher',
    button: 'Give them the class',
    room: 'Its room goes from the former teacher’s Zoom account, and another is made in the new one’s. Every link stays good and leads there.',
    noRoom:
      'It has no room yet; one is made in the new teacher’s Zoom account when its time comes. Every link stays good.',
    news: 'who the teacher is',
    done: 'The class has another teacher.',
  },
  cancellation: {
    path: paths.classDateCancellation,
    heading: 'Cancel',
    button: 'Cancel the class',
    room: 'Its room is deleted at Zoom. Its links stop working at once and say that it was cancelled.',
    noRoom: 'It has no room yet, and gets none. Its links stop working at once and say that it was cancelled.',
    news: 'that it is cancelled',
    done: 'The class is cancelled.',
  },
  reopening: {
    path: paths.classDateReopening,
    heading: 'Reopen',
    button: 'Reopen the class',
    room: 'It keeps its room, unless the class was held in it already; then it gets another. Its links work again.',
    noRoom: 'It gets a new room when its time comes. Its links work again.',
    news: 'that it takes place, and when',
    done: 'The class takes place.',
  },
};

export function doneInWords(kind: ClassEditKind): string {
  return WORDS[kind].done;
}

/** The ways to everything that can be done to a class as it is. */
export function linksToEdits(classDate: ClassDate) {
  return editsOf(classDate).map((kind) => ({ label: WORDS[kind].heading, href: WORDS[kind].path(classDate.id) }));
}

/** The page that says what an edit does before it is done. */
export function presentClassEdit(kind: ClassEditKind, edit: ClassToEdit, readerZone: string | null) {
  const { classDate, title } = edit;
  const { path, heading, button } = WORDS[kind];
  const { startsAt, duration, state, tone, teacherName } = presentClassRow(edit, readerZone);
  return {
    ...{ classTitle: title, startsAt, duration, state, tone, teacherName, button },
    // The fields of the form are on the clock of the class.
    classZoneTime: formatClassZoneTime(classDate.startsAt, classDate.timeZone, readerZone),
    title: `${heading}: ${title}`,
    action: path(classDate.id),
    back: paths.classDate(classDate.id),
    possible: editsOf(classDate).includes(kind),
    live: classDate.state === 'live',
    movable: kind === 'schedule' || kind === 'reopening',
    substitutable: kind === 'teacher',
    consequences: consequencesOf(kind, edit),
  };
}

function consequencesOf(kind: ClassEditKind, { hearing, hasRoom, classDate }: ClassToEdit): string[] {
  const { room, noRoom } = WORDS[kind];
  return [
    ...(classDate.state === 'live' ? ['It is live: people are in its room now.'] : []),
    mailInWords(kind, hearing),
    hasRoom ? room : noRoom,
  ];
}

/** Whom the edit is news for. */
function mailInWords(kind: ClassEditKind, hearing: readonly string[]): string {
  if (hearing.length === 0) return 'Nobody is mailed: nobody has been told anything of this class that it changes.';
  const { news } = WORDS[kind];
  const newTeacher = kind === 'teacher' ? ' The new teacher gets a mail, too.' : '';
  return `${inPart(hearing)} will be mailed ${news}: one mail each, a minute after the last change, or ten seconds near the start.${newTeacher}`;
}
