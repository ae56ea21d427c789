import type { RouterMiddleware } from '@koa/router';
import type { DefaultContext } from 'koa';
import { recordBlockedAttempt } from '../commands/recordBlockedAttempt';
import type { Deps } from '../deps';
import type { RefusedAction } from '../domain/refusedActions';
import { blockReference } from '../presenters/block';
import { createBlockList } from '../security/blockList';
import { createFailureLimit } from '../security/failureLimit';
import { renderJoin } from '../views/join/renderJoin';
import type { AppState } from './context';
import { originOf } from './originOf';

const LIMIT = { name: 'blocked', failures: 60, seconds: 600 };

/**
 * Keeps blocked addresses out of the routes it stands before: the doors of classes and the sign-in. Nothing else asks it,
 * so webhooks, health checks and people who are signed in go on.
 *
 * @param actionFor how the attempt is audited; null: not at all
 */
export function notBlocked(
  deps: Deps,
  actionFor: (method: string) => RefusedAction | null,
): RouterMiddleware<AppState, DefaultContext> {
  const blocks = createBlockList(deps);
  const limit = createFailureLimit(deps.db, LIMIT);
  return async function notBlockedMiddleware(ctx, next) {
    const origin = originOf(ctx);
    const block = await blocks.find(origin.ipAddress);
    if (!block) {
      await next();
      return;
    }
    const action = actionFor(ctx.method);
    if (action !== null) await recordBlockedAttempt(deps, limit, { action, blockId: block.id }, origin);
    renderJoin(ctx, 'blocked', {
      title: 'Your network is blocked here',
      reference: blockReference(block.id),
      supportEmail: deps.config.supportEmail,
      refreshSeconds: null,
    });
    ctx.status = 403;
  };
}
