import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { hasOpenRoom } from '../queries/hasOpenRoom';
import { touchedClasses } from '../queries/touchedClasses';
import { ZoomError } from '../zoom/errors';
import { freshToken } from '../zoom/freshToken';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { giveBackConsent } from './giveBackConsent';
import { NOTHING_OF_ZOOM } from './nothingOfZoom';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Forgets a teacher's Zoom account and gives the consent back to Zoom, which may fail without harm: the tokens are gone
 * here.
 *
 * @throws AppError while a class of theirs has an open room
 */
export async function disconnectZoom(deps: Deps, userId: number, origin: AuditOrigin): Promise<void> {
  if (await hasOpenRoom(userId)) {
    throw new AppError(
      409,
      'room_is_open',
      'A class of yours has an open room in this Zoom account. Disconnect after the class, or ask us to cancel it.',
    );
  }
  const accessToken = await lastToken(deps, userId);
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const connection = await ZoomConnection.findOne({ where: { userId }, transaction, lock: true });
    if (!connection || connection.state === 'disconnected') return [];
    const state = { state: 'disconnected', stateReason: null } as const;
    await connection.update({ ...NOTHING_OF_ZOOM, ...state, version: connection.version + 1 }, { transaction });
    const entity = { type: 'user', id: userId };
    await writeAudit(deps, origin, { action: 'oauth_disconnected', entity }, transaction);
    return hintClassesAtRisk(deps, userId, transaction);
  });
  await deliverOutbox(deps, ...outboxIds);
  if (accessToken !== null) await giveBackConsent(deps, accessToken);
}

/** Each says of itself that it is at risk; without one the teacher may stay disconnected in peace. */
async function hintClassesAtRisk(deps: Deps, userId: number, transaction: Transaction): Promise<number[]> {
  const where = touchedClasses({ cause: 'teacher_connection', userId }, deps.clock.now());
  const classDates = await ClassDate.findAll({ where, attributes: ['id'], transaction });
  const outboxIds: number[] = [];
  for (const { id } of classDates) {
    outboxIds.push(await addToOutbox({ classDateId: id }, 'teacher disconnected', transaction));
  }
  return outboxIds;
}

/** null when there is none that Zoom would still take. */
async function lastToken(deps: Deps, userId: number): Promise<string | null> {
  try {
    return (await freshToken(deps, userId)).accessToken;
  } catch (error) {
    if (error instanceof ZoomError) return null;
    throw error;
  }
}
