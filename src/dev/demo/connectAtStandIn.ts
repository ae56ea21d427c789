import { z } from 'zod';
import { connectZoom } from '../../commands/connectZoom';
import { THE_SYSTEM } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { ZoomConnection } from '../../models/ZoomConnection';
import { createPkce } from '../../zoom/oauth';
import { askStandIn } from './askStandIn';

/** Consents at the Zoom stand-in as that account, as a browser would; does nothing once it is connected. */
export async function connectAtStandIn(deps: Deps, userId: number, email: string): Promise<void> {
  const connection = await ZoomConnection.findOne({ where: { userId } });
  if (connection?.state === 'connected') return;
  const { verifier, challenge } = createPkce();
  const answer = await askStandIn(deps, '/oauth/authorize', { email, codeChallenge: challenge });
  const { code } = z.object({ code: z.string() }).parse(answer);
  await connectZoom(deps, userId, { code, verifier }, THE_SYSTEM);
}
