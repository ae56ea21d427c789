import type { MailClass, MailRecipient } from '../queries/loadMails';
import { formatDuration, formatInstant } from './classTime';

export interface ChangeInWords {
  readonly heading: string;
  /** A sentence for each thing that is another than this reader was told. */
  readonly changes: readonly string[];
}

type Part = 'time' | 'teacher' | 'length';

const HEADINGS: Readonly<Record<Part, string>> = {
  time: 'Your class has been moved',
  teacher: 'Your class has another teacher',
  length: 'Your class has another length',
};

/** What has changed for one reader since they were told last, with what they were told. */
export function changeInWords(
  { classDate, teacherName }: MailClass,
  { before, timeZone }: MailRecipient,
): ChangeInWords {
  const zone = timeZone ?? classDate.timeZone;
  const sentences: [Part, string][] = [];
  if (before && before.told.startsAt.getTime() !== classDate.startsAt.getTime()) {
    const [now, then] = [classDate.startsAt, before.told.startsAt].map((instant) => formatInstant(instant, zone));
    sentences.push(['time', `It starts at ${now}, not at ${then}.`]);
  }
  if (before && before.told.durationMinutes !== classDate.durationMinutes) {
    const [now, then] = [classDate.durationMinutes, before.told.durationMinutes].map(formatDuration);
    sentences.push(['length', `It lasts ${now}, not ${then}.`]);
  }
  if (before && before.told.teacherId !== classDate.teacherId) {
    sentences.push(['teacher', `${teacherName} is the teacher, in place of ${before.teacherName}.`]);
  }
  const [only, ...others] = sentences;
  const heading = only && others.length === 0 ? HEADINGS[only[0]] : 'Your class has changed';
  return { heading, changes: sentences.map(([, sentence]) => sentence) };
}
