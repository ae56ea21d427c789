import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { addToOutbox } from '../temporal/outbox';
import { noteEvidence } from './noteEvidence';

/** Of a class that was settled longer ago nobody waits for another figure. */
const LATELY_MINUTES = 7 * 24 * 60;

/**
 * Has classes settled again that were settled lately without Zoom's own list, because their host was not connected: now
 * Zoom can be asked. What it tells makes a new revision; where it tells nothing new, none.
 *
 * @returns the outbox rows, to be delivered after the commit
 */
export async function settleAgain(
  deps: Pick<Deps, 'clock'>,
  teacherId: number,
  transaction: Transaction,
): Promise<number[]> {
  const since = addMinutes(deps.clock.now(), -LATELY_MINUTES);
  const unread = await ZoomMeeting.findAll({
    where: { teacherId, meetingId: { [Op.ne]: null }, reconciledAt: null, startTime: { [Op.gt]: since } },
    attributes: ['classDateId'],
    transaction,
  });
  const id = [...new Set(unread.map(({ classDateId }) => classDateId))];
  const classDates = await ClassDate.findAll({ where: { id, state: 'settled' }, lock: true, transaction });
  const outboxIds: number[] = [];
  for (const classDate of classDates) {
    const reason = await noteEvidence(deps, classDate, transaction);
    if (reason) outboxIds.push(await addToOutbox({ classDateId: classDate.id }, reason, transaction));
  }
  return outboxIds;
}
