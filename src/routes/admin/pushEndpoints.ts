import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { changePushEndpoint } from '../../commands/changePushEndpoint';
import { createPushEndpoint } from '../../commands/createPushEndpoint';
import { deletePushEndpoint } from '../../commands/deletePushEndpoint';
import { OVERLAP_HOURS, rotatePushSecret } from '../../commands/rotatePushSecret';
import { sendTestPush } from '../../commands/sendTestPush';
import { switchOffPushEndpoint } from '../../commands/switchOffPushEndpoint';
import { switchOnPushEndpoint } from '../../commands/switchOnPushEndpoint';
import type { Deps } from '../../deps';
import { OUTCOME_EVENTS } from '../../domain/outcomeEvents';
import { PUSHED_BY_DEFAULT } from '../../domain/pushes';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { PUSH_STATES } from '../../models/PushDelivery';
import { outcomeInWords, presentPushDelivery, presentPushEndpoint } from '../../presenters/pushEndpoint';
import { findPushEndpoint, listPushDeliveries, listPushEndpoints } from '../../queries/findPushEndpoints';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';
import { repush } from './pushReplay';

const endpointSchema = z.object({
  customer: line(40),
  url: line(500),
  // One box that is ticked comes as a text, several as a list.
  types: z
    .union([z.string(), z.array(z.string())], 'Choose what it is told.')
    .default([])
    .transform((types) => [types].flat()),
});

const SHOWN = 100;

/** A secret that is shown this once, in this answer alone. */
interface Shown extends FormState {
  readonly made?: { readonly secret: string; readonly words: string };
}

/** Where marketplaces have events pushed to. */
export function addPushEndpointRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.pushEndpoints, only('admin'), (ctx) => showAll(deps, ctx));
  router.post(paths.pushEndpoints, only('admin'), async (ctx) => {
    const show = (context: AppContext, form: FormState) => showAll(deps, context, form, typesIn(context));
    await showAgain(ctx, show, async () => {
      const { endpoint, secret } = await createPushEndpoint(deps, parseBody(ctx, endpointSchema), originOf(ctx));
      await showOne(deps, ctx, endpoint.id, { made: { secret, words: 'The signing secret' } });
    });
  });
  router.get(paths.pushEndpoint(':id'), only('admin'), (ctx) => showOne(deps, ctx, idOf(ctx)));
  router.post(paths.pushEndpoint(':id'), only('admin'), async (ctx) => {
    const show = (_: AppContext, form: FormState) => showOne(deps, ctx, idOf(ctx), form, typesIn(ctx));
    await showAgain(ctx, show, async () => {
      const { url, types } = parseBody(ctx, endpointSchema);
      await changePushEndpoint(deps, { id: idOf(ctx), url, types }, originOf(ctx));
      redirectWithFlash(ctx, paths.pushEndpoint(idOf(ctx)), 'The endpoint is changed.');
    });
  });
  addSwitchRoutes(router, deps);
  router.post(paths.pushEndpointSecret(':id'), only('admin'), async (ctx) => {
    const { atOnce } = parseBody(ctx, z.object({ atOnce: z.string().optional() }));
    const { secret } = await rotatePushSecret(deps, { id: idOf(ctx), atOnce: atOnce !== undefined }, originOf(ctx));
    await showOne(deps, ctx, idOf(ctx), { made: { secret, words: 'The new signing secret' } });
  });
  router.post(paths.pushEndpointTest(':id'), only('admin'), async (ctx) => {
    const outcome = await sendTestPush(deps, idOf(ctx), originOf(ctx));
    const words = `A test event was sent. ${outcomeInWords(outcome)}`;
    redirectWithFlash(ctx, paths.pushEndpoint(idOf(ctx)), words, outcome.ok ? 'good' : 'bad');
  });
  router.post(paths.pushEndpointReplay(':id'), only('admin'), (ctx) =>
    showAgain(
      ctx,
      (_, form) => showOne(deps, ctx, idOf(ctx), form),
      () => repush(deps, ctx),
    ),
  );
}

function addSwitchRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.post(paths.pushEndpointOff(':id'), only('admin'), async (ctx) => {
    await switchOffPushEndpoint(deps, idOf(ctx), originOf(ctx));
    redirectWithFlash(ctx, paths.pushEndpoint(idOf(ctx)), 'It is off: nothing is sent to it.');
  });
  router.post(paths.pushEndpointOn(':id'), only('admin'), async (ctx) => {
    await switchOnPushEndpoint(deps, idOf(ctx), originOf(ctx));
    redirectWithFlash(ctx, paths.pushEndpoint(idOf(ctx)), 'It is on. What it missed is not sent by itself: see below.');
  });
  router.post(paths.pushEndpointDeletion(':id'), only('admin'), async (ctx) => {
    await deletePushEndpoint(deps, idOf(ctx), originOf(ctx));
    redirectWithFlash(ctx, paths.pushEndpoints, 'The endpoint is deleted.');
  });
}

async function showAll(
  { clock, db }: Deps,
  ctx: AppContext,
  form: FormState = {},
  chosen: readonly string[] = PUSHED_BY_DEFAULT,
): Promise<void> {
  const zone = zoneOf(ctx);
  const rows = await listPushEndpoints(db);
  render(ctx, 'admin/pushEndpoints', {
    title: 'Pushed events',
    ...form,
    values: { customer: 'marketplace', ...form.values },
    docs: `${paths.apiDocs}#pushed`,
    types: OUTCOME_EVENTS.map((type) => ({ type, chosen: chosen.includes(type) })),
    endpoints: rows.map((row) => ({
      ...presentPushEndpoint(row, zone, clock.now()),
      href: paths.pushEndpoint(row.endpoint.id),
    })),
  });
}

async function showOne(
  deps: Deps,
  ctx: AppRouterContext,
  id: number,
  form: Shown = {},
  chosen?: readonly string[],
): Promise<void> {
  const row = await findPushEndpoint(deps.db, id);
  if (!row) throw new NotFoundError('There is no such endpoint.');
  const zone = zoneOf(ctx);
  const state = PUSH_STATES.find((known) => known === ctx.query['state']);
  const deliveries = await listPushDeliveries(deps.db, { endpointId: id, state, limit: SHOWN });
  const endpoint = presentPushEndpoint(row, zone, deps.clock.now());
  render(ctx, 'admin/pushEndpoint', {
    title: `Endpoint ${id}`,
    ...form,
    values: { url: endpoint.url, ...form.values },
    types: OUTCOME_EVENTS.map((type) => ({ type, chosen: (chosen ?? endpoint.types).includes(type) })),
    zone,
    overlapHours: OVERLAP_HOURS,
    shown: SHOWN,
    endpoint,
    to: {
      ...{ all: paths.pushEndpoint(id), off: paths.pushEndpointOff(id), on: paths.pushEndpointOn(id) },
      ...{ secret: paths.pushEndpointSecret(id), test: paths.pushEndpointTest(id) },
      ...{ replay: paths.pushEndpointReplay(id), deletion: paths.pushEndpointDeletion(id) },
    },
    deliveries: deliveries.map((delivery) => ({
      ...presentPushDelivery(delivery, zone),
      classDate: paths.classDate(delivery.classDateId),
    })),
  });
}

function typesIn(ctx: AppContext): string[] {
  const body = z.object({ types: z.union([z.string(), z.array(z.string())]) }).safeParse(ctx.request.body);
  return body.success ? [body.data.types].flat() : [];
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}
