import { addMinutes } from './clock';

/** The reminder goes out this long after preparing began, even if there is no meeting yet (T−25 for a lead of 30). */
const REMIND_AFTER_MINUTES = 5;

/** Trouble that somebody can still mend is looked for a day before, and two hours before. */
const CHECK_BEFORE_MINUTES = 24 * 60;
const CHECK_AGAIN_BEFORE_MINUTES = 2 * 60;

/** Its room is looked at so long before the class. */
const LOOK_BEFORE_MINUTES = 5;

/** A class that Zoom says still runs is closed this long after its planned end, whatever Zoom says. */
export const HARD_CAP_MINUTES = 240;

/** Longer than any class and the time it may overrun. */
export const LONGEST_MINUTES = 24 * 60 + HARD_CAP_MINUTES;

export interface ClassSchedule {
  readonly startsAt: Date;
  readonly durationMinutes: number;
  readonly leadMinutes: number;
  readonly graceMinutes: number;
  readonly watchMinutes: number;
  readonly settleMinutes: number;
}

export interface ClassTimes {
  /** T−24 h: the first rehearsal */
  readonly checksAt: Date;
  /** T−2 h: the second */
  readonly checksAgainAt: Date;
  /** T−lead: the meeting is made */
  readonly opensAt: Date;
  /** the latest moment for the reminders */
  readonly remindsAt: Date;
  /** T−5: whether its room is still there, and as it was made */
  readonly looksAt: Date;
  readonly startsAt: Date;
  /** when we ask why it has not started */
  readonly watchesAt: Date;
  readonly endsAt: Date;
  /** when the passes close, unless it overruns */
  readonly closesAt: Date;
  readonly hardCapAt: Date;
  /** not before this is attendance settled: Zoom's last webhook retry has come by then */
  readonly settlesAt: Date;
}

export function classTimes(schedule: ClassSchedule): ClassTimes {
  const { startsAt } = schedule;
  const opensAt = addMinutes(startsAt, -schedule.leadMinutes);
  const endsAt = addMinutes(startsAt, schedule.durationMinutes);
  return {
    checksAt: addMinutes(startsAt, -CHECK_BEFORE_MINUTES),
    checksAgainAt: addMinutes(startsAt, -CHECK_AGAIN_BEFORE_MINUTES),
    opensAt,
    remindsAt: new Date(Math.min(addMinutes(opensAt, REMIND_AFTER_MINUTES).getTime(), startsAt.getTime())),
    looksAt: addMinutes(startsAt, -LOOK_BEFORE_MINUTES),
    startsAt,
    watchesAt: addMinutes(startsAt, schedule.watchMinutes),
    endsAt,
    closesAt: addMinutes(endsAt, schedule.graceMinutes),
    hardCapAt: addMinutes(endsAt, HARD_CAP_MINUTES),
    settlesAt: addMinutes(endsAt, schedule.settleMinutes),
  };
}
