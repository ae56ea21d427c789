import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { changeClass, type Decision } from './changeClass';
import { resolveWallTime } from './resolveWallTime';
import { THE_SYSTEM } from './writeAudit';

/** A class whose instant is no longer what its wall time and zone say. */
interface RederivedClass {
  readonly classDateId: number;
  readonly timeZone: string;
  readonly localStart: string;
  readonly storedStart: Date;
  readonly rightStart: Date;
  /** so near that nobody moves it any more without a person's word */
  readonly withinLead: boolean;
  readonly moved: boolean;
}

export interface Rederived {
  readonly checked: number;
  readonly classes: readonly RederivedClass[];
}

const BATCH = 500;
/** A wall time has no seconds; what differs by some is no matter of zones. */
const MINUTE_MS = 60_000;

/**
 * Compares the instant of each coming class with its wall time under the present rules of its zone, and moves those that
 * differ: people agreed on ten o'clock there, whatever the government has made of that since. A class within its lead
 * time stays: its room is being made, and people are on their way.
 */
export async function rederiveClassTimes(deps: Deps, { dryRun }: { readonly dryRun: boolean }): Promise<Rederived> {
  const now = deps.clock.now();
  const classes: RederivedClass[] = [];
  let checked = 0;
  for (let after = 0; ;) {
    const batch = await ClassDate.findAll({
      where: { id: { [Op.gt]: after }, state: 'scheduled', startsAt: { [Op.gt]: now } },
      order: ['id'],
      limit: BATCH,
    });
    const last = batch.at(-1);
    if (!last) break;
    after = last.id;
    checked += batch.length;
    for (const classDate of batch) {
      const differing = compare(classDate, now);
      if (differing) classes.push(await settle(deps, differing, dryRun));
    }
  }
  const moved = classes.filter((found) => found.moved).length;
  const left = classes.length - moved;
  deps.logger.info({ checked, moved, left, dryRun, zoneRules: process.versions.tz }, 'class times compared');
  return { checked, classes };
}

function compare(classDate: ClassDate, now: Date): RederivedClass | null {
  const { id: classDateId, timeZone, localStart, startsAt: storedStart, leadMinutes } = classDate;
  const right = resolveWallTime(localStart, timeZone)?.startsAt;
  if (!right || Math.abs(right.getTime() - storedStart.getTime()) < MINUTE_MS) return null;
  const sooner = new Date(Math.min(right.getTime(), storedStart.getTime()));
  const withinLead = addMinutes(sooner, -leadMinutes) <= now;
  return { classDateId, timeZone, localStart, storedStart, rightStart: right, withinLead, moved: false };
}

async function settle(deps: Deps, found: RederivedClass, dryRun: boolean): Promise<RederivedClass> {
  if (dryRun || found.withinLead) return found;
  const { classDateId } = found;
  const { changed } = await changeClass(deps, { classDateId }, THE_SYSTEM, (classDate) =>
    moveOf(classDate, found, deps),
  );
  return { ...found, moved: changed };
}

/** null when somebody has changed the class meanwhile */
function moveOf(
  classDate: ClassDate,
  { storedStart }: RederivedClass,
  { clock }: Pick<Deps, 'clock'>,
): Decision | null {
  const again = compare(classDate, clock.now());
  const isSame = again?.storedStart.getTime() === storedStart.getTime();
  if (!again || !isSame || again.withinLead || classDate.state !== 'scheduled') return null;
  const { localStart, timeZone } = classDate;
  const meant = resolveWallTime(localStart, timeZone)?.localStart ?? localStart;
  return {
    changes: {
      startsAt: again.rightStart,
      ...(meant === localStart ? {} : { localStart: meant, askedLocalStart: localStart }),
    },
    action: 'class_rescheduled',
    reason: 'rescheduled',
    metadata: { cause: 'zone rules', from: storedStart.toISOString(), to: again.rightStart.toISOString() },
  };
}
