import { menderOf, type Finding, type Mender } from './classRisks';
import { classTimes, type ClassSchedule } from './classTimes';
import type { ComingMail } from './comingMails';
import type { ClassMailKind } from './mails';
import { rehearsalDue, rehearsalInstants, type Rehearsed } from './rehearsals';

/** Something that is wrong with a class, which no rehearsal has found yet. */
export interface ForetoldRisk extends Finding {
  /** when it would be found; null when the class is rehearsed no more */
  readonly at: Date | null;
  /** who would be told of it then */
  readonly tells: Mender;
}

/** A mail to one person. */
export interface ForetoldMail {
  readonly kind: ClassMailKind;
  readonly minutesBefore: number;
  /** as the ledger calls them: `user:12` or `guest:7` */
  readonly to: string;
  readonly at: Date;
}

/** Whom the mails of a class go to, by their keys in the ledger. */
export interface MailedPeople {
  readonly buyers: readonly string[];
  readonly guests: readonly string[];
  readonly teacher: string;
}

export function foretellRisks(
  findings: readonly Finding[],
  rehearsed: Rehearsed & { readonly schedule: ClassSchedule },
  now: Date,
): ForetoldRisk[] {
  const at = nextRehearsal(rehearsed, now);
  return findings.map((finding) => ({ ...finding, at, tells: menderOf(finding.kind) }));
}

function nextRehearsal({ schedule, ...rehearsed }: Rehearsed & { readonly schedule: ClassSchedule }, now: Date) {
  const times = classTimes(schedule);
  if (rehearsalDue(rehearsed, times, now)) return now;
  const later = rehearsalInstants(rehearsed, times).filter((at) => at > now);
  return later.sort((one, other) => one.getTime() - other.getTime())[0] ?? null;
}

/** Without Zoom the teacher gets no way to start, but hears when the room should open that there is none. */
export function foretellMails(
  coming: readonly ComingMail[],
  people: MailedPeople,
  { connected, opensAt }: { readonly connected: boolean; readonly opensAt: Date },
): ForetoldMail[] {
  const keysOf = {
    everybody: [...people.buyers, ...people.guests],
    buyer: people.buyers,
    guests: people.guests,
    teacher: [people.teacher],
  };
  const mails = coming.flatMap(({ kind, minutesBefore, to, at }) => {
    const mail =
      kind === 'teacher_start' && !connected ? ({ kind: 'teacher_not_connected', at: opensAt } as const) : { kind, at };
    return keysOf[to].map((key) => ({ kind: mail.kind, minutesBefore, to: key, at: mail.at }));
  });
  return mails.sort((one, other) => one.at.getTime() - other.at.getTime());
}
