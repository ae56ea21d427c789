import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { sendTestWebhook, TEST_EVENTS } from '../../commands/sendTestWebhook';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { everybody, only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { parseBody } from '../../middlewares/validate';
import { paths } from '../paths';

/** Zoom's meeting ids have nine digits at least. */
const NOBODYS = '1';

const schema = z.object({
  event: z.enum(TEST_EVENTS, 'Choose an event from the list.').default('meeting.started'),
  meetingId: z
    .string()
    .trim()
    .regex(/^\d{0,20}$/, 'Enter digits, or nothing.')
    .transform((digits) => digits || NOBODYS)
    .default(NOBODYS),
});

/** For development: an admin sends an event that this site has signed itself. */
export function webhookTestRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.post(paths.webhookTest, only('admin'), async (ctx) => {
    const told = parseBody(ctx, schema);
    const status = await sendTestWebhook(deps, ownAddress(ctx), told);
    if (ctx.accepts('html', 'json') === 'json') {
      ctx.body = { sent: told.event, answered: status };
      return;
    }
    const kind = status === 200 ? 'good' : 'bad';
    redirectWithFlash(ctx, paths.webhooks, `${told.event} was sent and answered with ${status}.`, kind);
  });
  return router;
}

/** Anywhere else this is an address like any other that leads nowhere, with a form's token or without. */
export function noWebhookTestRoutes(): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  router.post(paths.webhookTest, everybody(), () => {
    throw new NotFoundError();
  });
  return router;
}

/** The socket that this request came to: it asks nothing of names, ports or proxies. */
function ownAddress(ctx: AppContext): string {
  const { localAddress = '127.0.0.1', localPort = 80 } = ctx.req.socket;
  const address = localAddress.replace(/^::ffff:/, '');
  return `http://${address.includes(':') ? `[${address}]` : address}:${localPort}${paths.webhook}`;
}
