import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomError } from '../zoom/errors';
import { tokenColumns } from '../zoom/freshToken';
import { revokeTokens, type Tokens, type ZoomApp } from '../zoom/oauth';
import { missingScopes } from '../zoom/scopes';
import { fetchZoomUser } from '../zoom/users';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/**
 * A consent that we refuse has been given all the same, and with it Zoom has killed the tokens it gave that account
 * before (4741). Whoever here is connected with the account goes on with the new ones; when nobody is, they are given
 * back. Never throws: the refusal is what the teacher is to hear.
 */
export async function settleRefusedConsent(deps: Deps, app: ZoomApp, tokens: Tokens): Promise<void> {
  try {
    if (!(await keepForOwner(deps, tokens))) await revokeTokens(deps.logger, app, tokens.accessToken);
  } catch (error) {
    deps.logger.warn({ err: error }, 'a refused consent could not be given back to Zoom');
  }
}

async function keepForOwner(deps: Deps, tokens: Tokens): Promise<boolean> {
  const zoomUserId = await ownId(deps, tokens);
  if (zoomUserId === null) return false;
  return inTransaction(deps.db, async (transaction) => {
    const where = { zoomUserId, state: 'connected' };
    const owner = await ZoomConnection.findOne({ where, transaction, lock: true });
    if (!owner) return false;
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
    return true;
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
