import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomError } from '../zoom/errors';
import { freshToken } from '../zoom/freshToken';
import { refusalReason } from '../zoom/refusalReason';
import { fetchZoomUser } from '../zoom/users';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Renews a teacher's tokens now, however much life they have, and looks whether the account's licence has changed.
 *
 * @throws AppError when there is nothing to renew, and every error of src/zoom
 */
export async function renewZoom(deps: Deps, userId: number, origin: AuditOrigin): Promise<void> {
  const connection = await ZoomConnection.findOne({ where: { userId } });
  if (connection?.state !== 'connected') {
    throw new AppError(409, 'not_connected', 'There is no connection to renew. Press “Connect Zoom” first.');
  }
  const entity = { type: 'user', id: userId };
  try {
    const { accessToken, version } = await freshToken(deps, userId, connection.version);
    await writeAudit(deps, origin, { action: 'oauth_refreshed', entity, metadata: { reason: 'by_hand' } }, null);
    await noteAccount(deps, await connection.reload(), accessToken, version);
  } catch (error) {
    const metadata = { reason: refusalReason(error) };
    await writeAudit(deps, origin, { action: 'oauth_refresh_failed', entity, metadata }, null);
    throw error;
  }
}

/** A licence may be bought or lost, and an address changed, while the connection stands. Not worth failing for. */
async function noteAccount(
  deps: Deps,
  { userId, apiUrl, zoomUserId }: ZoomConnection,
  accessToken: string,
  version: number,
): Promise<void> {
  try {
    const { id, email, name, licensed } = await fetchZoomUser(deps, accessToken, apiUrl);
    if (id !== zoomUserId) return;
    await ZoomConnection.update({ zoomEmail: email, zoomName: name, licensed }, { where: { userId, version } });
  } catch (error) {
    if (!(error instanceof ZoomError)) throw error;
    deps.logger.warn({ userId, err: error }, 'the tokens are renewed; who they belong to could not be asked');
  }
}
