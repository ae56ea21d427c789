import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';

/**
 * Takes a class's meeting out of service when it no longer fits: the class is cancelled, or another teacher gives it.
 * A made one is marked for deletion; an attempt whose outcome is not known stays until that is known.
 */
export async function retireMeetings(deps: Pick<Deps, 'db'>, classDateId: number): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    // Read anew under its lock: an edit may have made it fit again.
    const locked = await ClassDate.findByPk(classDateId, { lock: true, transaction });
    if (locked) await retireCurrent(locked, transaction);
  });
}

type ClassOfMeeting = Pick<ClassDate, 'id' | 'state' | 'teacherId'>;

/** The same within the commit that makes it a misfit, so that nobody is let into it from then on. */
export async function retireCurrent(classDate: ClassOfMeeting, transaction: Transaction): Promise<void> {
  await retire(misfitsOf(classDate), transaction);
}

/** A class that was held and takes place once more gets a room of its own: what Zoom tells of the former is of the former. */
export async function retireIfHeld(classDateId: number, transaction: Transaction): Promise<void> {
  const current = await ZoomMeeting.findOne({ where: { classDateId, isCurrent: true }, transaction });
  if (!current) return;
  const runs = await ZoomMeetingInstance.count({ where: { zoomMeetingId: current.id }, transaction });
  if (runs > 0) await retire({ id: current.id, isCurrent: true }, transaction);
}

function misfitsOf({ id, state, teacherId }: ClassOfMeeting) {
  const misfits = state === 'cancelled' ? {} : { teacherId: { [Op.ne]: teacherId } };
  return { classDateId: id, isCurrent: true, ...misfits };
}

async function retire(where: Readonly<Record<string, unknown>>, transaction: Transaction): Promise<void> {
  await ZoomMeeting.update(
    { state: 'deleting', isCurrent: null, nextAttemptAt: null },
    { where: { ...where, state: 'created' }, transaction },
  );
  await ZoomMeeting.update(
    { state: 'deleted', isCurrent: null },
    { where: { ...where, state: ['planned', 'failed'] }, transaction },
  );
  await ZoomMeeting.update({ isCurrent: null }, { where, transaction });
}
