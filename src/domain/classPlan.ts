import { isLiveEarly, isOver, isToBegin, isToCome, type ClassState, type StateReason } from './classStates';
import { addMinutes } from './clock';
import { classTimes, type ClassSchedule, type ClassTimes } from './classTimes';
import { reminderDueAt } from './furtherReminders';
import { holdsUpNextAt } from './hostClashes';
import type { ClassMailKind } from './mails';
import type { MeetingState } from './meetingStates';
import { rehearsalDue, rehearsalInstants, type Rehearsal } from './rehearsals';

/** What a person reads in the Temporal UI and on the class's page. */
export type Phase = 'waiting' | 'preparing' | 'open' | 'overrun' | 'closing' | 'settling' | 'done';

/** One thing to bring about; each is an activity of the same name. */
export type Step =
  | 'makeMeeting'
  | 'resolveAttempts'
  | 'updateMeeting'
  | 'removeMeetings'
  | 'cancelRegistrants'
  | 'makePersonalLinks'
  | 'lookAtRoom'
  | 'askZoom'
  | 'lookAtOverrun'
  | 'closeClass'
  | 'settleClass'
  | 'rehearse'
  | 'sendMails';

/** What MySQL knows of a class date; nothing here names a person or an address. */
export interface ClassFacts {
  readonly teacherId: number;
  readonly state: ClassState;
  readonly stateReason: StateReason | null;
  readonly schedule: ClassSchedule;
  /** its reminders before the one at T−lead, in minutes before the start */
  readonly furtherReminders: readonly number[];
  readonly version: number;
  readonly scheduleVersion: number;
  readonly watchedAt: Date | null;
  readonly liveAt: Date | null;
  readonly endedAt: Date | null;
  readonly closedAt: Date | null;
  readonly settledAt: Date | null;
  /** when something about attendance was last learnt */
  readonly evidenceAt: Date | null;
  /** when Zoom may next be asked about this class */
  readonly nextAttemptAt: Date | null;
  /** until when further edits are waited for, before people and Zoom hear of them */
  readonly gathersUntil: Date | null;
  readonly teacherConnected: boolean;
  /** of a class that is live past its end, within its grace: when its host's next one starts that nobody was warned of */
  readonly nextOfHostAt: Date | null;
  /** of a class that seems to have to begin: it has begun before, in a room that is lost since */
  readonly ranInFormerRoom: boolean;
  readonly rehearsal: Rehearsal;
  readonly meeting: CurrentMeeting | null;
  /** attempts whose outcome is not known, and former meetings that must go, current or not */
  readonly unresolved: Outlook;
  readonly removals: Outlook;
  /** later looks for meetings of attempts that were given up: they may have been made after all */
  readonly lateLooks: Outlook;
  /** passes that have no link of their own into the current meeting */
  readonly passesWithoutLink: number;
  /** registrants at Zoom whose links are to be taken back */
  readonly droppedRegistrants: Outlook;
}

export interface CurrentMeeting {
  readonly state: MeetingState;
  readonly syncedVersion: number;
  readonly nextAttemptAt: Date | null;
  /** when it was last seen at Zoom */
  readonly seenAt: Date | null;
  /** Zoom has said that it was changed, and it has not been looked at since */
  readonly toldChanged: boolean;
}

/** Work that waits in rows: how much may be done now, and when more may be. */
export interface Outlook {
  readonly due: number;
  readonly nextAttemptAt: Date | null;
}

export interface ClassPlan {
  readonly phase: Phase;
  readonly steps: readonly Step[];
  /** The class is near and its teacher's Zoom is not connected: somebody has to be told. */
  readonly atRisk: boolean;
  /** Mails that should exist by now; the ledger makes each once. */
  readonly mails: readonly ClassMailKind[];
  /** Further reminders that are due, in minutes before the start; the ledger says which of them come too late. */
  readonly earlyReminders: readonly number[];
  readonly nextLookAt: Date | null;
  /** What `nextLookAt` is waited for, for people who read the timer. */
  readonly waitingFor: string;
}

/** A room that was seen so short a time before the look is not looked at again. */
const SEEN_LATELY_MINUTES = 5;
/** Looks for a lost room come sooner than this one after the other; those that Zoom did not answer come later. */
const LOOKED_FOR_SOON_MS = 50_000;
const NOT_CONNECTED_LOOK_MS = 10 * 60_000;

/**
 * What is to be done for a class at `now`, and when to look again. Level-triggered: it looks only at what is, so any
 * step may be lost, repeated or late, and the next look mends it.
 */
export function planClass(facts: ClassFacts, now: Date): ClassPlan {
  const times = classTimes(facts.schedule);
  const phase = phaseOf(facts, times, now);
  const steps = wantedSteps(facts, times, now);
  const mails = wantedMails(facts, times, now);
  const waits = laterInstants(facts, times, now)
    .filter((wait) => wait.at.getTime() > now.getTime())
    .sort((one, other) => one.at.getTime() - other.at.getTime());
  const [next] = waits;
  return {
    phase,
    steps,
    atRisk: isAtRisk(facts, times, now),
    mails,
    earlyReminders: dueReminders(facts, times, now),
    nextLookAt: next?.at ?? null,
    waitingFor: next?.what ?? 'nothing',
  };
}

function isAtRisk({ state, teacherConnected }: ClassFacts, times: ClassTimes, now: Date): boolean {
  const stillToCome = state === 'scheduled' || state === 'preparing';
  return stillToCome && !teacherConnected && now >= times.checksAt && now < times.endsAt;
}

function phaseOf(facts: ClassFacts, times: ClassTimes, now: Date): Phase {
  if (isOver(facts.state)) return isSettledAgain(facts) ? 'settling' : 'done';
  if (facts.closedAt) return 'settling';
  if (now < times.opensAt) return 'waiting';
  if (facts.state === 'scheduled' || facts.state === 'preparing') return 'preparing';
  if (now < times.closesAt) return 'open';
  return facts.state === 'live' ? 'overrun' : 'closing';
}

function wantedSteps(facts: ClassFacts, times: ClassTimes, now: Date): Step[] {
  const steps: Step[] = [];
  if (facts.unresolved.due > 0 || facts.lateLooks.due > 0) steps.push('resolveAttempts');
  if (facts.removals.due > 0) steps.push('removeMeetings');
  if (isOver(facts.state)) {
    if (isSettledAgain(facts) && isDue(facts.nextAttemptAt, now)) steps.push('settleClass');
    return steps;
  }
  if (facts.closedAt) {
    if (now >= settlesAt(facts, times) && isDue(facts.nextAttemptAt, now)) steps.push('settleClass');
    return steps;
  }
  steps.push(...roomSteps(facts, times, now), ...lookSteps(facts, times, now), ...watchSteps(facts, times, now));
  // A room that can be made now says more than its rehearsal.
  return steps.length === 0 && rehearsalDue(facts, times, now) ? ['rehearse'] : steps;
}

/** Making the meeting, keeping it as the class is, and the personal ways into it. */
function roomSteps(facts: ClassFacts, times: ClassTimes, now: Date): Step[] {
  if (now < times.opensAt || now >= times.closesAt) return updateSteps(facts, now);
  const { meeting } = facts;
  // One after the other: a room that must go goes before there is another, so that never two are there.
  if (mayMake(facts, times, now)) return facts.removals.due > 0 || isLookedFor(facts, now) ? [] : ['makeMeeting'];
  if (meeting?.state !== 'created') return [];
  const steps = updateSteps(facts, now);
  // One after the other: Zoom gives an address that comes back the registrant it had.
  if (facts.droppedRegistrants.due > 0) steps.push('cancelRegistrants');
  else if (facts.passesWithoutLink > 0 && isDue(facts.nextAttemptAt, now)) steps.push('makePersonalLinks');
  return steps;
}

/** A room may be there of which we have not heard: what comes of that is known soon, unless Zoom does not answer. */
function isLookedFor({ unresolved: { due, nextAttemptAt }, lateLooks }: ClassFacts, now: Date): boolean {
  return (
    due > 0 ||
    lateLooks.due > 0 ||
    (nextAttemptAt !== null && nextAttemptAt.getTime() - now.getTime() < LOOKED_FOR_SOON_MS)
  );
}

function mayMake(facts: ClassFacts, times: ClassTimes, now: Date): boolean {
  if (now >= times.endsAt) return false;
  if (facts.state === 'scheduled') return true;
  if (!facts.teacherConnected && facts.stateReason === 'teacher_not_connected') return false;
  const { meeting } = facts;
  if (!meeting) return facts.state === 'preparing';
  if (meeting.state === 'created') return facts.state === 'preparing';
  return (meeting.state === 'planned' || meeting.state === 'failed') && isDue(meeting.nextAttemptAt, now);
}

function updateSteps(facts: ClassFacts, now: Date): Step[] {
  const { meeting, version, teacherConnected } = facts;
  if (!teacherConnected) return [];
  // Zoom counts every update, 100 a day and host.
  const stale = meeting?.state === 'created' && meeting.syncedVersion < version && !gathers(facts, now);
  return stale && isDue(meeting.nextAttemptAt, now) ? ['updateMeeting'] : [];
}

function watchSteps(facts: ClassFacts, times: ClassTimes, now: Date): Step[] {
  if (facts.state === 'scheduled' || facts.state === 'preparing') return now >= times.endsAt ? ['closeClass'] : [];
  if (!isDue(facts.nextAttemptAt, now)) return [];
  if (now >= times.closesAt) return ['closeClass'];
  const warnsAt = warnsOfOverrunAt(facts, times);
  if (warnsAt !== null && now >= warnsAt) return ['lookAtOverrun'];
  return mayHaveToBegin(facts, times) && !facts.watchedAt && now >= times.watchesAt ? ['askZoom'] : [];
}

/** Within its grace; a class that closes is asked about anyway. */
function warnsOfOverrunAt({ nextOfHostAt }: ClassFacts, times: ClassTimes): Date | null {
  return nextOfHostAt && holdsUpNextAt(times, nextOfHostAt);
}

/** Of a try of the room "started" may have been told and all else lost: unless Zoom has been asked since, it is. */
function mayHaveToBegin(facts: ClassFacts, times: ClassTimes): boolean {
  const { meeting, ranInFormerRoom } = facts;
  if (ranInFormerRoom) return false;
  const unseen = meeting?.state === 'created' && (meeting.seenAt === null || meeting.seenAt < times.watchesAt);
  return isToBegin(facts, times.startsAt) || (isLiveEarly(facts, times.startsAt) && unseen);
}

/** Is the room still there, and as it was made? */
function lookSteps(facts: ClassFacts, times: ClassTimes, now: Date): Step[] {
  const wanted = roomIsUnseen(facts, times, now) || roomIsToldChanged(facts, times, now);
  // One after the other: an update says whether it is there, too, and what is seen beside it says nothing.
  const free = updateSteps(facts, now).length === 0;
  return wanted && free && isDue(facts.nextAttemptAt, now) ? ['lookAtRoom'] : [];
}

/** From T−5 until the class starts, unless it has just been seen. */
function roomIsUnseen(facts: ClassFacts, times: ClassTimes, now: Date): boolean {
  const { meeting } = facts;
  if (!isToBegin(facts, times.startsAt) || meeting?.state !== 'created') return false;
  if (now < times.looksAt || now >= times.startsAt) return false;
  return meeting.seenAt === null || meeting.seenAt < addMinutes(times.looksAt, -SEEN_LATELY_MINUTES);
}

/** What Zoom says may be old, and an echo of our own edit: after that edit we see for ourselves. */
function roomIsToldChanged(facts: ClassFacts, times: ClassTimes, now: Date): boolean {
  const { meeting, version, teacherConnected } = facts;
  if (!isToCome(facts, times.startsAt) || now >= times.endsAt || !teacherConnected) return false;
  return meeting?.state === 'created' && meeting.toldChanged && meeting.syncedVersion >= version;
}

const CHANGES: readonly ClassMailKind[] = ['rescheduled', 'reopened', 'teacher_assigned', 'teacher_released'];

function wantedMails(facts: ClassFacts, times: ClassTimes, now: Date): ClassMailKind[] {
  if (gathers(facts, now)) return [];
  if (facts.state === 'cancelled') return ['cancelled'];
  if (facts.state === 'missed') return ['missed'];
  if (facts.closedAt || isOver(facts.state)) return [];
  const changes = facts.scheduleVersion > 1 && now < times.endsAt ? CHANGES : [];
  return now < times.closesAt ? [...changes, ...reminders(facts, times, now), ...warnings(facts)] : [];
}

function dueReminders(facts: ClassFacts, times: ClassTimes, now: Date): number[] {
  if (facts.closedAt || isOver(facts.state) || now >= times.closesAt || gathers(facts, now)) return [];
  return facts.furtherReminders.filter((minutes) => reminderDueAt(times.startsAt, minutes) <= now);
}

function reminders(facts: ClassFacts, times: ClassTimes, now: Date): ClassMailKind[] {
  const ready = roomIsReady(facts, times, now);
  // People's links lead to us, so they may precede the room; the teacher's way to start may not.
  const mails: ClassMailKind[] = ready || now >= times.remindsAt ? ['class_reminder', 'guest_invitation'] : [];
  return ready ? [...mails, 'teacher_start'] : mails;
}

function roomIsReady(facts: ClassFacts, times: ClassTimes, now: Date): boolean {
  return now >= times.opensAt && facts.meeting?.state === 'created' && facts.state !== 'scheduled';
}

function warnings(facts: ClassFacts): ClassMailKind[] {
  const { state, stateReason, watchedAt, schedule } = facts;
  const unconnected = state === 'preparing' && stateReason === 'teacher_not_connected';
  if (unconnected) return ['teacher_not_connected'];
  return isToBegin(facts, schedule.startsAt) && watchedAt ? ['teacher_not_started'] : [];
}

interface Wait {
  readonly at: Date;
  readonly what: string;
}

function laterInstants(facts: ClassFacts, times: ClassTimes, now: Date): Wait[] {
  const waits: Wait[] = [];
  const add = (at: Date | null | undefined, what: string) => {
    if (at) waits.push({ at, what });
  };
  add(facts.unresolved.nextAttemptAt, 'looks for its meeting again');
  add(facts.lateLooks.nextAttemptAt, 'looks for a second meeting');
  add(facts.removals.nextAttemptAt, 'removes its meeting');
  add(facts.nextAttemptAt, 'asks Zoom again');
  add(facts.gathersUntil, 'gathers edits');
  if (isOver(facts.state)) return waits;
  if (facts.closedAt) {
    add(settlesAt(facts, times), 'settles');
    return waits;
  }
  add(facts.meeting?.nextAttemptAt, 'tries its meeting again');
  add(facts.droppedRegistrants.nextAttemptAt, 'takes links back');
  for (const minutes of facts.furtherReminders) add(reminderDueAt(times.startsAt, minutes), 'reminds early');
  for (const at of rehearsalInstants(facts, times)) add(at, 'rehearses');
  add(times.opensAt, 'opens');
  if (!roomIsReady(facts, times, now)) add(times.remindsAt, 'reminds');
  add(times.looksAt, 'looks at its room');
  add(times.watchesAt, 'should have started');
  add(times.endsAt, 'ends');
  add(warnsOfOverrunAt(facts, times), 'holds up the next class');
  add(times.closesAt, 'closes');
  if (facts.state === 'preparing' && facts.stateReason === 'teacher_not_connected') {
    add(new Date(now.getTime() + NOT_CONNECTED_LOOK_MS), 'looks for the teacher again');
  }
  return waits;
}

function settlesAt(facts: ClassFacts, times: ClassTimes): Date {
  const overrunMs = Math.max(0, (facts.endedAt?.getTime() ?? 0) - times.endsAt.getTime());
  return new Date(times.settlesAt.getTime() + overrunMs);
}

/** Something was learnt since, or Zoom's list may still grow. */
function isSettledAgain({ state, evidenceAt, settledAt, nextAttemptAt }: ClassFacts): boolean {
  const hasNewEvidence = evidenceAt !== null && settledAt !== null && evidenceAt > settledAt;
  return state === 'settled' && (hasNewEvidence || nextAttemptAt !== null);
}

/** Edits that come together are told together. */
function gathers({ gathersUntil }: ClassFacts, now: Date): boolean {
  return gathersUntil !== null && now < gathersUntil;
}

function isDue(nextAttemptAt: Date | null, now: Date): boolean {
  return nextAttemptAt === null || nextAttemptAt <= now;
}
