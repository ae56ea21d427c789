import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { ZoomConnection } from '../models/ZoomConnection';
import { openIncident } from './openIncident';
import { writeAudit, type AuditOrigin } from './writeAudit';

const WITHOUT_TOKENS = {
  state: 'needs_reconnect',
  stateReason: 'app_changed',
  accessTokenEncrypted: null,
  refreshTokenEncrypted: null,
  previousRefreshTokenEncrypted: null,
  tokenExpiresAt: null,
  leaseHolder: null,
  leaseUntil: null,
} as const;

/**
 * Tokens belong to the app they were given to; those of a former app are dropped, and their teachers must connect again.
 * The next version makes a refresh that is under way come to nothing.
 *
 * @returns how many teachers were connected until now, and outbox rows to deliver after the commit
 */
export async function dropConnectionsOfFormerApp(
  deps: Deps,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<{ disconnected: number; outboxIds: number[] }> {
  const where = { state: ['connected', 'needs_reconnect'] };
  const connections = await ZoomConnection.findAll({ where, transaction, lock: transaction.LOCK.UPDATE });
  const connected = connections.filter(({ state }) => state === 'connected').map(({ userId }) => userId);
  for (const connection of connections) {
    await connection.update({ ...WITHOUT_TOKENS, version: connection.version + 1 }, { transaction });
  }
  const outboxIds: number[] = [];
  for (const userId of connected) {
    outboxIds.push(...(await openIncident(deps, { cause: 'teacher_connection', userId }, transaction)));
    const entity = { type: 'user', id: userId };
    const metadata = { reason: 'app_changed' };
    await writeAudit(deps, origin, { action: 'oauth_disconnected', entity, metadata }, transaction);
  }
  return { disconnected: connected.length, outboxIds };
}
