import type { IncidentMailKind } from './mails';

/** What people are told of once, however many classes it touches. */
export type IncidentCause =
  /** one teacher: never connected, refused by Zoom, or disconnected while a class needs it */
  | 'teacher_connection'
  /** Zoom does not accept our app's client id or secret, or there are none */
  | 'zoom_credentials'
  | 'zoom_unreachable'
  /** a key is missing from ENCRYPTION_KEYS */
  | 'encryption_key'
  | 'mail_unreachable'
  /** what comes to the webhook address is signed with another secret than ours, or not at all */
  | 'webhook_secret'
  /** classes run of which no webhook tells: the subscription is off, or goes elsewhere */
  | 'webhooks_silent'
  /** the sweep found that workflows which should run did not */
  | 'sweep_acted'
  /** an endpoint that events are pushed to is gone, or took nothing for three days */
  | 'push_endpoint_off';

export interface IncidentFacts {
  readonly cause: IncidentCause;
  readonly openedAt: Date;
  readonly lastSeenAt: Date;
  readonly closedAt: Date | null;
  /** when the classes start that its teacher gives within a day */
  readonly startsSoon: readonly Date[];
  /** when its teacher was last mailed of it */
  readonly teacherToldAt: Date | null;
}

/** Each is an activity of the same name. */
export type IncidentStep = 'probeIncident' | 'sendIncidentMails';

/** A mail that should exist by now; the ledger makes each kind and version once a person. */
export interface IncidentMail {
  readonly kind: IncidentMailKind;
  readonly version: number;
}

export interface IncidentPlan {
  readonly phase: 'open' | 'closing' | 'done';
  /** Whether to look if the cause is still there. */
  readonly probes: boolean;
  readonly mails: readonly IncidentMail[];
  readonly nextLookAt: Date | null;
  readonly waitingFor: string;
}

const MINUTE_MS = 60_000;

/** What mends itself within so many minutes is nobody's news. */
const PATIENCE_MINUTES: Readonly<Record<IncidentCause, number>> = {
  teacher_connection: 0,
  zoom_credentials: 0,
  zoom_unreachable: 5,
  encryption_key: 0,
  mail_unreachable: 5,
  // A good signature ends it, so this is also how long none has come.
  webhook_secret: 5,
  // An event that is only late ends it.
  webhooks_silent: 5,
  sweep_acted: 0,
  push_endpoint_off: 0,
};

/** Trouble that is gone is believed to be after so many quiet minutes; coming back earlier, it is the same trouble. */
const QUIET_MINUTES = 5;

const PROBE_MINUTES = 1;
const SLOW_PROBE_MINUTES = 5;
const SLOW_AFTER_MINUTES = 15;

/** A teacher is reminded so long before each of their classes. */
const REMINDERS_MINUTES = [24 * 60, 2 * 60];
/** Whoever has been told within so many minutes needs no reminder. */
const TOLD_LATELY_MINUTES = 60;

/** What is to be done about an incident at `now`, and when to look again. */
export function planIncident(facts: IncidentFacts, now: Date): IncidentPlan {
  const { openedAt, closedAt } = facts;
  const toldAt = later(openedAt, PATIENCE_MINUTES[facts.cause]);
  if (closedAt === null) return planOpen(facts, toldAt, now);
  const quietAt = later(closedAt, QUIET_MINUTES);
  if (now < quietAt) {
    return { phase: 'closing', probes: false, mails: [], nextLookAt: quietAt, waitingFor: 'stays mended' };
  }
  const mails: IncidentMail[] = closedAt >= toldAt ? [{ kind: 'incident_closed', version: 1 }] : [];
  return { phase: 'done', probes: false, mails, nextLookAt: null, waitingFor: 'nothing' };
}

function planOpen(facts: IncidentFacts, toldAt: Date, now: Date): IncidentPlan {
  const probeEvery = now < later(facts.openedAt, SLOW_AFTER_MINUTES) ? PROBE_MINUTES : SLOW_PROBE_MINUTES;
  // What was just seen is still there, and trouble that comes back as soon as it is closed must not go round without a pause.
  const dueAt = later(facts.lastSeenAt, PROBE_MINUTES);
  const probes = now >= dueAt;
  const probeAt = probes ? later(now, probeEvery) : dueAt;
  const tellsFirst = now < toldAt && toldAt < probeAt;
  return {
    phase: 'open',
    probes,
    mails: now >= toldAt ? openMails(facts, now) : [],
    nextLookAt: tellsFirst ? toldAt : probeAt,
    waitingFor: tellsFirst ? 'tells people' : 'looks whether it is mended',
  };
}

function openMails(facts: IncidentFacts, now: Date): IncidentMail[] {
  const toAdmins: IncidentMail = { kind: 'incident_opened', version: 1 };
  if (facts.cause !== 'teacher_connection') return [toAdmins];
  return [toAdmins, { kind: 'connect_zoom', version: 1 }, ...reminders(facts, now)];
}

/**
 * One at the most, of the instants that have passed since the teacher was last told. Its version is the minute for which it
 * was due: each class has its own, also after it was moved, and two that start together have one between them.
 */
function reminders({ startsSoon, teacherToldAt }: IncidentFacts, now: Date): IncidentMail[] {
  if (teacherToldAt === null) return [];
  const neededFrom = later(teacherToldAt, TOLD_LATELY_MINUTES);
  const due = startsSoon
    .flatMap((startsAt) => REMINDERS_MINUTES.map((minutes) => later(startsAt, -minutes)))
    .filter((remindAt) => remindAt > neededFrom && remindAt <= now)
    .map((remindAt) => Math.floor(remindAt.getTime() / MINUTE_MS));
  return due.length === 0 ? [] : [{ kind: 'connect_zoom', version: Math.max(...due) }];
}

function later(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * MINUTE_MS);
}
