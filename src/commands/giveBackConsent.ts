import type { Deps } from '../deps';
import { findZoomApp } from '../queries/findZoomSettings';
import { revokeTokens } from '../zoom/oauth';

/** Gives a consent back to Zoom. It may fail without harm: we keep nothing of it. */
export async function giveBackConsent(deps: Deps, accessToken: string): Promise<void> {
  try {
    await revokeTokens(deps.logger, await findZoomApp(deps), accessToken);
  } catch (error) {
    deps.logger.warn({ err: error }, 'a consent could not be given back to Zoom');
  }
}
