import { repushEvents } from '../../commands/repushEvents';
import type { Deps } from '../../deps';
import { FieldErrors } from '../../errors';
import type { AppRouterContext } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { readEventName } from '../../push/eventName';
import type { RepushSelection } from '../../queries/findRepushable';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { parseReplay, replayValues } from './webhookReplayForm';

/** Pushes events again: one, or those of a span of time in the reader's zone. */
export async function repush(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const id = idOf(ctx);
  const count = await repushEvents(deps, { id, selection: selectionOf(ctx) }, originOf(ctx));
  const words =
    count === 0
      ? 'There is no such event of theirs.'
      : `${count === 1 ? 'One event goes' : `${count} events go`} out again now.`;
  redirectWithFlash(ctx, paths.pushEndpoint(id), words, count === 0 ? 'bad' : 'good');
}

/** @throws FieldErrors */
function selectionOf(ctx: AppRouterContext): RepushSelection {
  const { event, from, to } = replayValues(ctx.request.body);
  const sought = readEventName(event);
  if (sought) return { kind: 'event', ...sought };
  const parsed = parseReplay({ event, from, to, classDateId: '' }, ctx.state.user?.timeZone ?? 'UTC');
  switch (parsed.kind) {
    case 'span':
      return parsed;
    case 'event':
    case 'class':
      throw new FieldErrors([{ field: 'event', message: 'Choose an event, or a span of time.' }]);
  }
}
