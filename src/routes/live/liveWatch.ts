import type { Deps } from '../../deps';
import { liveClassOf, liveKey, type LiveClass } from '../../presenters/liveClass';
import { listLiveClasses } from '../../queries/listLiveClasses';
import { createPageWatch, type PageWatch } from '../pageWatch';

/** Pages by the teacher whose classes they show; null shows everybody's. */
export type LiveWatch = PageWatch<number | null>;

export function createLiveWatch(deps: Pick<Deps, 'db' | 'clock' | 'logger'>): LiveWatch {
  return createPageWatch<number | null>(deps, async (pages) => {
    const [only = null, ...others] = pages;
    // One look serves them all; the classes of one teacher are among those of all.
    const classes = await findLiveClasses(deps, others.length === 0 ? only : null);
    const keys = new Map(pages.map((teacherId) => [teacherId, liveKey(ofTeacher(classes, teacherId))]));
    return (teacherId) => keys.get(teacherId);
  });
}

/** @param teacherId null for the classes of all teachers */
export async function findLiveClasses(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  teacherId: number | null,
): Promise<LiveClass[]> {
  const now = clock.now();
  return (await listLiveClasses(db, now, teacherId)).map((row) => liveClassOf(row, now));
}

function ofTeacher(classes: readonly LiveClass[], teacherId: number | null): readonly LiveClass[] {
  return teacherId === null ? classes : classes.filter((live) => live.teacherId === teacherId);
}
