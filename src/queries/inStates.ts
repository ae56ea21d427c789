import { col, Op } from 'sequelize';
import type { ClassState } from '../domain/classStates';

/** The same as actualState in src/domain/classStates: a class whose room was only tried is ready. */
const TRIED = { state: 'ended', closedAt: null, endedAt: { [Op.lt]: col('starts_at') } };

/** For `c` in a statement. */
export const IS_READY =
  "(c.state = 'ready' OR (c.state = 'ended' AND c.closed_at IS NULL AND c.ended_at < c.starts_at))";

/** The class dates that are in one of these states, or ready. */
export function readyOr(...states: readonly Exclude<ClassState, 'ready' | 'ended'>[]) {
  return { [Op.or]: [{ state: ['ready', ...states] }, TRIED] };
}

/** The class dates that are in one of these states, or that their host has left, who may come back until they are closed. */
export function inOrLeft(...states: readonly Exclude<ClassState, 'ended'>[]) {
  return { [Op.or]: [{ state: [...states] }, { state: 'ended', closedAt: null }] };
}

/** Those that are still to be held, or are being held: neither over nor left by their host. */
export const COMING = readyOr('scheduled', 'preparing', 'live');
