import { createHash, randomBytes } from 'node:crypto';
import type { Consent } from '../../src/commands/connectZoom';
import type { Deps } from '../../src/deps';
import type { ZoomSimulator } from '../../src/dev/zoom/server';
import type { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { findZoomApp } from '../../src/queries/findZoomSettings';
import { tokenColumns } from '../../src/zoom/freshToken';
import { exchangeCode } from '../../src/zoom/oauth';
import { fetchZoomUser } from '../../src/zoom/users';
import { buildUser } from '../factories/people';

/** A licensed host that the Zoom stand-in knows. */
export const LICENSED_HOST = 'ada.lovelace@teachers.example';

export async function buildConnectedTeacher(deps: Deps, zoom: ZoomSimulator, email = LICENSED_HOST): Promise<User> {
  const teacher = await buildUser('teacher');
  await connectTeacher(deps, zoom, teacher.id, email);
  return teacher;
}

/** What a teacher brings back who has said yes at Zoom. */
export function consentOf(zoom: ZoomSimulator, email: string, scopes?: readonly string[]): Consent {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  return { code: zoom.control.authorize(email, { codeChallenge, ...(scopes ? { scopes } : {}) }), verifier };
}

/** Connects a teacher as the OAuth callback does, without the browser. */
export async function connectTeacher(
  deps: Deps,
  zoom: ZoomSimulator,
  userId: number,
  email: string,
  scopes?: readonly string[],
): Promise<void> {
  const { code, verifier } = consentOf(zoom, email, scopes);
  const tokens = await exchangeCode(deps.logger, await findZoomApp(deps), code, verifier);
  const zoomUser = await fetchZoomUser(deps, tokens.accessToken, tokens.apiUrl);
  await ZoomConnection.upsert({
    userId,
    state: 'connected',
    stateReason: null,
    zoomUserId: zoomUser.id,
    zoomAccountId: zoomUser.accountId,
    zoomEmail: zoomUser.email,
    zoomName: zoomUser.name,
    licensed: zoomUser.licensed,
    version: 1,
    connectedAt: new Date(),
    ...tokenColumns(deps, userId, tokens),
  });
}
