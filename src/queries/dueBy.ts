import { Op } from 'sequelize';

/** Rows whose next attempt may be made at `now`. */
export function dueBy(now: Date) {
  return { [Op.or]: [{ nextAttemptAt: null }, { nextAttemptAt: { [Op.lte]: now } }] };
}
