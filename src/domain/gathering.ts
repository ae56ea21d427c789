import { classTimes, type ClassSchedule } from './classTimes';

/** Edits that come within this of each other are told, and sent to Zoom, as one. */
const GATHER_SECONDS = 60;
/** Near the opening people may be on their way already: only a slip of the hand is waited for. */
const GATHER_NEAR_SECONDS = 10;
const NEAR_MINUTES = 10;

/**
 * Until when further edits of a class are waited for before people and Zoom hear of them.
 *
 * @param schedules of the class before and after the edit: whoever knows the former time may be on their way to it
 */
export function gathersUntil(schedules: readonly ClassSchedule[], now: Date): Date {
  const near = schedules.some((schedule) => {
    const { opensAt, closesAt } = classTimes(schedule);
    return now < closesAt && opensAt.getTime() - now.getTime() <= NEAR_MINUTES * 60_000;
  });
  return new Date(now.getTime() + (near ? GATHER_NEAR_SECONDS : GATHER_SECONDS) * 1000);
}
