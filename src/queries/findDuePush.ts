import { Op } from 'sequelize';
import { PushDelivery } from '../models/PushDelivery';

interface At {
  readonly endpointId: number;
  readonly now: Date;
}

/** The first in the order of the feed of what an endpoint is to be sent now. */
export function findDuePush({ endpointId, now }: At): Promise<PushDelivery | null> {
  return PushDelivery.findOne({ where: dueBy(endpointId, now), order: ['seq'] });
}

/** Another one, which shows whether it is the first event or the receiver that something is wrong with. */
export function findOtherDuePush({ id, endpointId }: PushDelivery, now: Date): Promise<PushDelivery | null> {
  const where = { ...dueBy(endpointId, now), id: { [Op.ne]: id } };
  return PushDelivery.findOne({ where, order: ['attempts', 'seq'] });
}

function dueBy(endpointId: number, now: Date) {
  return { endpointId, state: 'queued' as const, nextAttemptAt: { [Op.lte]: now } };
}
