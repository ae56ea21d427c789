import { classTimes, type ClassSchedule } from './classTimes';
import { reminderDueAt } from './furtherReminders';
import type { ClassMailKind, MailState } from './mails';
import { changeFor, isNewTeacher, isReminded, type ClassToTell, type ToldRow } from './told';

export interface Recipient {
  readonly recipientKey: string;
  readonly passId: number | null;
  readonly userId: number | null;
}

/** A mail that somebody should have by now. */
export interface NeededMail extends Recipient {
  readonly kind: ClassMailKind;
  /** of a further reminder; 0 for every other mail */
  readonly minutesBefore: number;
}

export interface Roster {
  readonly buyers: readonly Recipient[];
  readonly guests: readonly Recipient[];
  readonly teacher: Recipient;
}

const UNDELIVERED: readonly MailState[] = ['bounced', 'failed'];

interface Situation {
  readonly classDate: ClassToTell & ClassSchedule & { readonly scheduleVersion: number };
  readonly now: Date;
  readonly roster: Roster;
  /** the ledger, by recipient */
  readonly groups: ReadonlyMap<string, readonly ToldRow[]>;
}

/**
 * Who needs which mail, of the kinds that the class's plan allows now. Level-triggered: whoever knows what is so needs
 * none, however often it was changed meanwhile.
 *
 * @param earlyReminders that are due, in minutes before the start
 */
export function neededMails(
  kinds: readonly ClassMailKind[],
  earlyReminders: readonly number[],
  situation: Situation,
): NeededMail[] {
  const { classDate, now, roster, groups } = situation;
  const changes = neededChanges(situation).filter(({ kind }) => kinds.includes(kind));
  const hearing = new Set(changes.filter((mail) => mayReach(mail, situation)).map(({ recipientKey }) => recipientKey));
  /** A mail of a change reminds as well, once the time for reminding has come. */
  const remind = (recipients: readonly Recipient[], since: Date, early = false) =>
    recipients.filter(
      ({ recipientKey }) =>
        !(now >= since && hearing.has(recipientKey)) && !isReminded(groups.get(recipientKey) ?? [], since, early),
    );
  const { opensAt } = classTimes(classDate);
  const others = kinds.flatMap((kind) =>
    recipientsOf(kind, roster, (recipients) => remind(recipients, opensAt)).map((recipient) => needed(kind, recipient)),
  );
  const early = earlyReminders.flatMap((minutesBefore) =>
    remind([...roster.buyers, ...roster.guests], reminderDueAt(classDate.startsAt, minutesBefore), true).map(
      (recipient) => needed('early_reminder', recipient, minutesBefore),
    ),
  );
  return [...changes, ...others, ...early];
}

/** Whoever could not be mailed of a change is reminded like everybody: by then their mailbox may have room again. */
function mayReach({ recipientKey, kind }: NeededMail, { classDate: { scheduleVersion }, groups }: Situation): boolean {
  const rows = groups.get(recipientKey) ?? [];
  return !rows.some((row) => row.kind === kind && row.version === scheduleVersion && UNDELIVERED.includes(row.state));
}

function neededChanges({ classDate, roster, groups }: Situation): NeededMail[] {
  const mails: NeededMail[] = [];
  for (const rows of groups.values()) {
    const [first] = rows;
    const kind = changeFor(rows, classDate);
    if (first && kind) mails.push(needed(kind, first));
  }
  if (isNewTeacher([...groups.values()].flat(), classDate)) mails.push(needed('teacher_assigned', roster.teacher));
  return mails;
}

/** Everybody but those who hear of changes; links are asked for by people, and never planned: see sendLink. */
function recipientsOf(
  kind: ClassMailKind,
  { buyers, guests, teacher }: Roster,
  remind: (recipients: readonly Recipient[]) => readonly Recipient[],
): readonly Recipient[] {
  if (kind === 'class_reminder') return remind(buyers);
  if (kind === 'guest_invitation') return remind(guests);
  if (kind === 'teacher_start') return remind([teacher]);
  return kind === 'teacher_not_connected' || kind === 'teacher_not_started' ? [teacher] : [];
}

function needed(kind: ClassMailKind, { recipientKey, passId, userId }: Recipient, minutesBefore = 0): NeededMail {
  return { kind, minutesBefore, recipientKey, passId, userId };
}
