import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { addMinutes, earlier } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import type { ZoomTrouble } from './zoomTrouble';

/**
 * Notes when Zoom may be asked again about a class: never later than the class closes, which is looked at in its own time.
 * A former teacher's trouble is none of a class that has another one by now.
 */
export async function waitForZoom(
  { db }: Pick<Deps, 'db'>,
  { classDateId, teacherId }: Pick<ZoomMeeting, 'classDateId' | 'teacherId'>,
  { nextAttemptAt }: Pick<ZoomTrouble, 'nextAttemptAt'>,
  now: Date,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const classDate = await ClassDate.findByPk(classDateId, { lock: true, transaction, rejectOnEmpty: true });
    if (classDate.teacherId !== teacherId) return;
    const { closesAt } = classTimes(classDate);
    const wanted = nextAttemptAt ?? addMinutes(now, 1);
    // From then on it is asked as often as that takes.
    await classDate.update({ nextAttemptAt: now < closesAt ? earlier(wanted, closesAt) : wanted }, { transaction });
  });
}
