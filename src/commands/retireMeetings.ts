import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';

/**
 * Takes a class's meeting out of service when it no longer fits: the class is cancelled, or another teacher gives it.
 * A made one is marked for deletion; an attempt whose outcome is not known stays until that is known.
 */
export async function retireMeetings(deps: Pick<Deps, 'db'>, classDateId: number): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { attributes: ['id', 'state', 'teacherId'] });
  if (!classDate) return;
  const misfits = classDate.state === 'cancelled' ? {} : { teacherId: { [Op.ne]: classDate.teacherId } };
  const where = { classDateId, ...misfits };
  const retired = await ZoomMeeting.count({ where: { ...where, isCurrent: true } });
  if (retired === 0) return;
  await inTransaction(deps.db, async (transaction) => {
    await ZoomMeeting.update(
      { state: 'deleting', isCurrent: null, nextAttemptAt: null },
      { where: { ...where, isCurrent: true, state: 'created' }, transaction },
    );
    await ZoomMeeting.update(
      { state: 'deleted', isCurrent: null },
      { where: { ...where, isCurrent: true, state: ['planned', 'failed'] }, transaction },
    );
    await ZoomMeeting.update({ isCurrent: null }, { where: { ...where, isCurrent: true }, transaction });
  });
}
