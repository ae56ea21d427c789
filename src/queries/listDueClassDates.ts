import { literal, Op } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { COMING } from './inStates';

/** The classes that start in a span, which may be open at either end, or those whose room should be open now. */
export type Due = { readonly from?: Date | undefined; readonly to?: Date | undefined } | 'now';

const OPEN_NOW = `closed_at IS NULL
  AND TIMESTAMPADD(MINUTE, -lead_minutes, starts_at) <= :now
  AND TIMESTAMPADD(MINUTE, duration_minutes, starts_at) > :now`;

/** The earliest first. */
export function listDueClassDates(due: Due, now: Date): Promise<ClassDate[]> {
  return ClassDate.findAll({
    attributes: ['id', 'startsAt'],
    where:
      due === 'now'
        ? { ...COMING, [Op.and]: literal(OPEN_NOW) }
        : { startsAt: { ...(due.from && { [Op.gte]: due.from }), ...(due.to && { [Op.lt]: due.to }) } },
    ...(due === 'now' ? { replacements: { now } } : {}),
    order: ['startsAt', 'id'],
  });
}
