import type { Precondition } from '../../commands/preconditions';
import type { AppRouterContext } from '../../middlewares/context';

/**
 * What the call says it had before it: If-Match and If-None-Match. An If-Match that is there and names nothing goes with no
 * content: its program meant to be careful, and has lost what it had read.
 */
export function conditionsOf(ctx: AppRouterContext): Pick<Precondition, 'ifMatch' | 'onlyNew'> {
  const ifMatch = ctx.req.headers['if-match'];
  const onlyNew = tagsIn(ctx.get('If-None-Match')).includes('*');
  return { ifMatch: ifMatch === undefined ? null : tagsIn(ifMatch), onlyNew };
}

/** As they stand there: a weak one is no ETag of ours, and goes with nothing. */
function tagsIn(list: string): string[] {
  return list.split(',').map((tag) => tag.trim());
}
