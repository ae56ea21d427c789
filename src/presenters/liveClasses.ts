import { UNASSIGNED_SHOWN, type UnassignedClass } from '../queries/listUnassigned';
import { paths } from '../routes/paths';
import { formatClock, formatInstant } from './classTime';
import type { LiveClass } from './liveClass';
import { counted } from './securityLog';

/** A class of hundreds is counted in full and named in part. */
const NAMED = 40;

/** The classes of now, in words. */
export function presentLiveClasses(
  classes: readonly LiveClass[],
  zone: string,
  hrefOf: (classDateId: number) => string,
) {
  return {
    summary: summaryOf(classes),
    zone,
    classes: classes.map((live) => presentLiveClass(live, zone, hrefOf(live.id))),
  };
}

/** Classes that are over, with names somebody should be found for; null where there are none. */
export function presentUnassigned(classes: readonly UnassignedClass[], zone: string) {
  if (classes.length === 0) return null;
  return {
    more: classes.length === UNASSIGNED_SHOWN,
    classes: classes.map(({ classDate: { id, startsAt }, title, teacherName, strangers }) => ({
      ...{ title, teacherName },
      href: paths.attendance(id),
      startsAt: formatInstant(startsAt, zone),
      names: counted(strangers, 'name'),
    })),
  };
}

function presentLiveClass(live: LiveClass, zone: string, href: string) {
  const clock = (at: Date | null) => (at === null ? null : formatClock(at, zone));
  const { id, title, teacherName, state, stateInWords, trouble, people, present, expected, waiting } = live;
  return {
    ...{ id, title, teacherName, href, trouble },
    state: stateInWords,
    tone: trouble.length > 0 ? 'bad' : state === 'live' ? 'good' : 'plain',
    since: clock(live.since),
    startsAt: formatInstant(live.startsAt, zone),
    endsAt: clock(live.endsAt),
    hostSince: clock(live.hostSince),
    heard: live.heard,
    inside: live.heard
      ? `${present} of ${expected} in${others(people.length - present)}${inWaitingRoom(waiting)}`
      : `${expected} expected, not known who is in`,
    people: people.slice(0, NAMED).map(({ name, since, known }) => ({ name, known, since: clock(since) })),
    unnamed: Math.max(0, people.length - NAMED),
  };
}

function others(count: number): string {
  return count === 0 ? '' : `, and ${count === 1 ? 'one other' : `${count} others`}`;
}

function inWaitingRoom(count: number): string {
  return count === 0 ? '' : `; ${count} in Zoom’s waiting room`;
}

/** What is read out when the page changes. */
function summaryOf(classes: readonly LiveClass[]): string {
  const live = classes.filter(({ state }) => state === 'live').length;
  const inside = classes.reduce((sum, { people, hostSince }) => sum + people.length + (hostSince ? 1 : 0), 0);
  const unheard = classes.some(({ heard }) => !heard);
  const troubled = classes.filter(({ trouble }) => trouble.length > 0).length;
  return [
    `${live === 0 ? 'No class is' : counted(live, 'class is', 'classes are')} live, with ${counted(inside, 'person', 'people')} in${unheard ? ', as far as Zoom has told' : ''}.`,
    troubled === 0 ? '' : ` ${counted(troubled, 'class needs', 'classes need')} somebody to look.`,
  ].join('');
}
