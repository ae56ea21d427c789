import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { replayWebhooks } from '../../commands/replayWebhooks';
import { TEST_EVENTS } from '../../commands/sendTestWebhook';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { ClassDate } from '../../models/ClassDate';
import { formatInstant } from '../../presenters/classTime';
import { presentWebhookHealth, presentWebhookRow } from '../../presenters/webhooks';
import { presentFinding } from '../../presenters/zoomSettings';
import { countReplayable, type ReplaySelection } from '../../queries/findReplayable';
import { findParkedEvent, findWebhookHealth } from '../../queries/findWebhookHealth';
import { findZoomVerdicts } from '../../queries/findZoomVerdicts';
import { render } from '../../views/render';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';
import { parseReplay, replayValues } from './webhookReplayForm';

/** What Zoom tells us: whether it works, what is parked, and reading stored events again. */
export function addWebhookRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  const show = (ctx: AppContext, form: FormState = {}) => showHealth(deps, ctx, form);
  router.get(paths.webhooks, only('admin'), (ctx) => show(ctx));
  router.get(paths.webhookReplay, only('admin'), async (ctx) => {
    const values = replayValues(ctx.query);
    const showWithValues = (_: AppContext, form: FormState) => show(ctx, { ...form, values });
    await showAgain(ctx, showWithValues, () => askFirst(ctx, parseReplay(values, zoneOf(ctx)), values));
  });
  router.post(paths.webhookReplay, only('admin'), (ctx) =>
    showAgain(ctx, show, async () => {
      const selection = parseReplay(replayValues(ctx.request.body), zoneOf(ctx));
      const { length } = await replayWebhooks(deps, selection, originOf(ctx));
      const word = length === 0 ? 'There is no stored event to read again.' : `${inWords(length)} read again now.`;
      redirectWithFlash(ctx, paths.webhooks, word, length === 0 ? 'bad' : 'good');
    }),
  );
}

async function showHealth(deps: Deps, ctx: AppContext, form: FormState): Promise<void> {
  const zone = zoneOf(ctx);
  const [health, { verdicts }] = await Promise.all([findWebhookHealth(deps), findZoomVerdicts(deps)]);
  render(ctx, 'admin/webhooks', {
    title: 'Webhooks',
    zone,
    testing: deps.config.development ? TEST_EVENTS : null,
    ...presentWebhookHealth(health, zone),
    verdict: verdicts
      .filter(({ subject }) => subject === 'webhook')
      .map((verdict) => ({ ...presentFinding(verdict), at: verdict.at && formatInstant(verdict.at, zone) })),
    ...form,
  });
}

/** Says how many events it is about; nothing has happened yet. */
async function askFirst(
  ctx: AppContext,
  selection: ReplaySelection,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const which = await describe(selection, zoneOf(ctx));
  const count = await countReplayable(selection);
  render(ctx, 'admin/webhookReplay', { title: 'Read stored events again', which, count, ...values });
}

async function describe(selection: ReplaySelection, zone: string): Promise<{ words: string; reason?: string | null }> {
  switch (selection.kind) {
    case 'event': {
      const parked = await findParkedEvent(selection.id);
      if (!parked) throw new NotFoundError('This event is not parked any more.');
      const { event, at, reason } = presentWebhookRow(parked, zone);
      return { words: `${event}, which came ${at}`, reason };
    }
    case 'class': {
      if (!(await ClassDate.findByPk(selection.classDateId))) throw new NotFoundError('There is no such class date.');
      return { words: `All of class date ${selection.classDateId}` };
    }
    case 'span':
      return {
        words: `All that came from ${formatInstant(selection.from, zone)} to ${formatInstant(selection.to, zone)}`,
      };
  }
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}

function inWords(count: number): string {
  return count === 1 ? 'One event is' : `${count} events are`;
}
