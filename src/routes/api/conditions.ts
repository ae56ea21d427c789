import type { Precondition } from '../../commands/preconditions';
import type { AppRouterContext } from '../../middlewares/context';

/** What the call says it had before it: If-Match and If-None-Match. */
export function conditionsOf(ctx: AppRouterContext): Pick<Precondition, 'ifMatch' | 'onlyNew'> {
  const given = ctx.get('If-Match');
  const tags = given.split(',').map((tag) => tag.trim());
  return { ifMatch: given === '' ? null : tags, onlyNew: ctx.get('If-None-Match').trim() === '*' };
}
