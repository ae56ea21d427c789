import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomError } from '../zoom/errors';
import { deliverOutbox } from '../temporal/outbox';
import { tokenColumns } from '../zoom/freshToken';
import type { Tokens } from '../zoom/oauth';
import { missingScopes } from '../zoom/scopes';
import { fetchZoomUser } from '../zoom/users';
import { giveBackConsent } from './giveBackConsent';
import { openIncident } from './openIncident';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/**
 * A consent that we refuse has been given all the same, and with it Zoom has killed the tokens it gave that account
 * before (4741). Whoever here is connected with the account goes on with the new ones; when nobody is, they are given
 * back. Never throws: the refusal is what the teacher is to hear.
 */
export async function settleRefusedConsent(deps: Deps, tokens: Tokens): Promise<void> {
  try {
    const outboxIds = await keepForOwner(deps, tokens);
    if (outboxIds === null) await giveBackConsent(deps, tokens.accessToken);
    else await deliverOutbox(deps, ...outboxIds);
  } catch (error) {
    deps.logger.warn({ err: error }, 'a refused consent could not be settled');
  }
}

/** @returns outbox rows to deliver; null when nobody here is connected with the account */
async function keepForOwner(deps: Deps, tokens: Tokens): Promise<number[] | null> {
  const zoomUserId = await ownId(deps, tokens);
  if (zoomUserId === null) return null;
  return inTransaction(deps.db, async (transaction) => {
    const where = { zoomUserId, state: 'connected' };
    const owner = await ZoomConnection.findOne({ where, transaction, lock: true });
    if (!owner) return null;
    const lacking = missingScopes(tokens.scopes).length > 0;
    const state = lacking ? { state: 'needs_reconnect' as const, stateReason: 'scopes_missing' } : {};
    const columns = {
      ...tokenColumns(deps, owner.userId, tokens),
      ...state,
      previousRefreshTokenEncrypted: null,
      leaseHolder: null,
      leaseUntil: null,
      version: owner.version + 1,
    };
    await owner.update(columns, { transaction });
    const entity = { type: 'user', id: owner.userId };
    const metadata = { reason: 'consent_refused_elsewhere', complete: !lacking };
    await writeAudit(deps, THE_SYSTEM, { action: 'oauth_refreshed', entity, metadata }, transaction);
    return lacking ? openIncident(deps, { cause: 'teacher_connection', userId: owner.userId }, transaction) : [];
  });
}

/** null when Zoom does not say whose consent it is, which without that permission it cannot. */
async function ownId(deps: Deps, { accessToken, apiUrl }: Tokens): Promise<string | null> {
  try {
    return (await fetchZoomUser(deps, accessToken, apiUrl)).id;
  } catch (error) {
    if (error instanceof ZoomError) return null;
    throw error;
  }
}
