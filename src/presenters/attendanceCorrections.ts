import { VERDICTS } from '../domain/attendance';
import { CLASS_OUTCOMES, CORRECTED_OUTCOMES } from '../domain/classStates';
import type { AttendanceCorrection } from '../models/AttendanceCorrection';
import type { AttendancePage } from '../queries/findAttendancePage';
import { NOBODY, teacherIn } from '../queries/readAttendance';
import { attendeesOf, strangerName, type Attendee } from './attendance';
import { CAUSE_WORDS, VERDICT_WORDS } from './attendanceWords';
import { outcomeInWords } from './classDate';
import { formatInstant } from './classTime';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What an admin has put right, and what the figures were each time. */
export function presentCorrections(page: AttendancePage, zone: string, undoHref: (correctionId: number) => string) {
  const attendees = attendeesOf(page);
  return {
    corrections: page.corrections.map((correction) => ({
      what: correctionInWords(correction, page, attendees),
      reason: correction.reason,
      by: editor(page, correction.madeBy),
      at: formatInstant(correction.createdAt, zone),
      undoHref: correction.endedAt === null ? undoHref(correction.id) : null,
      ended: correction.endedAt && `${editor(page, correction.endedBy)}, ${formatInstant(correction.endedAt, zone)}`,
    })),
    revisions: page.revisions.map(({ revision, cause, outcome, madeBy, createdAt }) => ({
      revision,
      cause: CAUSE_WORDS[cause],
      outcome: outcomeInWords(outcome),
      by: madeBy === null ? null : editor(page, madeBy),
      at: formatInstant(createdAt, zone),
    })),
  };
}

interface TypedForm {
  readonly values?: Readonly<Record<string, string>>;
  readonly errorOf?: Readonly<Record<string, string>>;
}

/** The forms by which an admin puts something right; one that was sent keeps what was typed, and what is wrong with it. */
export function correctionForms(page: AttendancePage, typed: TypedForm) {
  const attendees = attendeesOf(page);
  const people = attendees.filter(({ role }) => role !== 'unknown').map(choiceOf);
  const strangers = [
    ...attendees.filter(({ role }) => role === 'unknown').map(choiceOf),
    ...page.record.taken.map((one) => takenChoice(one, page, attendees)),
  ];
  const who = {
    ...{ kind: 'person', title: 'Who was that?', subjectLabel: 'Name at Zoom', valueLabel: 'This was' },
    subjects: strangers,
    choices: [...people, { value: NOBODY, label: 'Nobody of this class' }],
    button: 'Say who it was',
  };
  const verdict = {
    ...{ kind: 'verdict', title: 'Somebody was there, or was not', subjectLabel: 'Who', valueLabel: 'Right is' },
    subjects: people,
    choices: VERDICTS.map((value) => ({ value, label: VERDICT_WORDS[value] })),
    button: 'Correct the verdict',
  };
  const outcome = {
    ...{ kind: 'outcome', title: 'What became of the class', valueLabel: 'Right is' },
    choices: CORRECTED_OUTCOMES.map((value) => ({ value, label: outcomeInWords(value) })),
    button: 'Correct the outcome',
  };
  // Of a cancelled class there is nothing to be put right.
  if (page.classDate.state === 'cancelled') return [];
  const over = page.record.facts.isOver;
  const forms = [...(strangers.length > 0 ? [who] : []), ...(over ? [verdict, outcome] : [])];
  return forms.map((form) => ({ ...form, ...typedInto(form.kind, typed) }));
}

function typedInto(kind: string, { values, errorOf }: TypedForm) {
  if (values?.['kind'] !== kind) return {};
  return {
    ...{ chosenSubject: values['subject'], chosenValue: values['value'], reason: values['reason'] },
    subjectError: errorOf?.[`${kind}-subject`],
    valueError: errorOf?.[`${kind}-value`],
    reasonError: errorOf?.[`${kind}-reason`],
  };
}

function choiceOf({ figures, name, role }: Attendee): Choice {
  return { value: figures.personKey, label: role === 'teacher' ? `${name} (teacher)` : name };
}

/** Somebody who is known by their Zoom account alone: it may be shared, and then a person knows better. */
function takenChoice(
  stranger: AttendancePage['record']['taken'][number],
  { record }: AttendancePage,
  attendees: readonly Attendee[],
): Choice {
  const [value = ''] = stranger.keys;
  const owner = [...record.stays].find(([, some]) => stranger.stays.some((stay) => some.includes(stay)))?.[0];
  const called = attendees.find(({ figures }) => figures.personKey === owner)?.name ?? 'somebody';
  return { value, label: `${strangerName(stranger)} (taken for ${called})` };
}

function correctionInWords(
  { kind, subject, value }: AttendanceCorrection,
  page: AttendancePage,
  attendees: readonly Attendee[],
): string {
  const nameOf = (key: string) =>
    attendees.find(({ figures }) => figures.personKey === key)?.name ??
    page.userNames.get(teacherIn(key) ?? 0) ??
    'somebody';
  switch (kind) {
    case 'person': {
      const who = `“${zoomNameOf(page, subject)}”`;
      return value === NOBODY ? `${who} is nobody of this class` : `${who} is ${nameOf(value)}`;
    }
    case 'verdict': {
      const verdict = VERDICTS.find((one) => one === value);
      return `${nameOf(subject)}: ${verdict ? VERDICT_WORDS[verdict] : value}`;
    }
    case 'outcome': {
      const outcome = CLASS_OUTCOMES.find((one) => one === value);
      return `The class: ${outcome ? outcomeInWords(outcome) : value}`;
    }
  }
}

/** By what name somebody was in the meeting for whom one of Zoom's ids stands. */
function zoomNameOf({ record }: AttendancePage, key: string): string {
  return strangerName(record.untied.find(({ keys }) => keys.includes(key)));
}

function editor({ userNames }: AttendancePage, userId: number | null): string {
  return (userId !== null && userNames.get(userId)) || 'somebody who is gone';
}
