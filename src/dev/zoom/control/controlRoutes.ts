import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z, ZodError } from 'zod';
import { behaviourSchema } from '../core/behaviour';
import { faultSchema } from '../core/faults';
import { UnknownToZoom } from '../core/world';
import { meetingBodySchema } from '../api/meetingBody';
import { HostIsBusy } from '../live/meetingLife';
import { joinSchema } from '../live/people';
import type { ZoomControl } from './control';

type ControlContext = Context & { params: Record<string, string> };
type Handler = (ctx: ControlContext, body: unknown) => unknown;

const emailSchema = z.object({ email: z.string() });

/** The control API: JSON in and out, the same as {@link ZoomControl} over HTTP. */
export function controlRoutes(control: ZoomControl): Router {
  const router = new Router({ prefix: '/control' });
  const route = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, handle: Handler) =>
    router.register(path, [method], (ctx: ControlContext) => answer(ctx, () => handle(ctx, ctx.request.body ?? {})));
  addFaultRoutes(route, control);
  addOauthRoutes(route, control);
  addMeetingRoutes(route, control);
  addPeopleRoutes(route, control);
  addWebhookRoutes(route, control);
  return router;
}

type Route = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, handle: Handler) => unknown;

function addFaultRoutes(route: Route, control: ZoomControl): void {
  route('GET', '/faults', () => control.faults());
  route('POST', '/faults', (_ctx, body) => control.addFault(faultSchema.parse(body)));
  route('DELETE', '/faults', () => control.clearFaults());
  route('DELETE', '/faults/:id', (ctx) => found(control.removeFault(Number(ctx.params.id)), 'fault'));
  route('GET', '/behaviour', () => control.behaviour());
  route('PATCH', '/behaviour', (_ctx, body) =>
    control.setBehaviour(behaviourSchema.parse({ ...control.behaviour(), ...z.looseObject({}).parse(body) })),
  );
  route('POST', '/clock', (_ctx, body) => {
    control.advanceClock(z.object({ advanceMs: z.number() }).parse(body).advanceMs);
    return { now: new Date(control.now()).toISOString() };
  });
  route('GET', '/clock', () => ({ now: new Date(control.now()).toISOString() }));
  route('GET', '/calls', (ctx) => control.calls([ctx.query.operation].flat()[0]));
  route('POST', '/reset', () => control.reset());
}

function addOauthRoutes(route: Route, control: ZoomControl): void {
  const authorizeSchema = emailSchema.extend({
    scopes: z.array(z.string()).optional(),
    redirectUri: z.string().optional(),
    codeChallenge: z.string().optional(),
    codeChallengeMethod: z.enum(['S256', 'plain']).optional(),
  });
  route('POST', '/oauth/authorize', (_ctx, body) => {
    const { email, ...options } = authorizeSchema.parse(body);
    return { code: control.authorize(email, options) };
  });
  route('POST', '/oauth/auto', (_ctx, body) => {
    control.setBehaviour({ autoAllow: z.object({ email: z.email().nullable() }).parse(body).email });
    return { autoAllow: control.behaviour().autoAllow };
  });
  route('GET', '/oauth/tokens', (ctx) => found(control.tokensFor(String(ctx.query.email)), 'grant'));
  route('POST', '/oauth/revoke', (_ctx, body) => found(control.revoke(emailSchema.parse(body).email), 'grant'));
  route('POST', '/oauth/deauthorize', (_ctx, body) => {
    const { email, webhook } = emailSchema.extend({ webhook: z.boolean().default(true) }).parse(body);
    return found(control.deauthorize(email, { webhook }), 'grant');
  });
}

function addMeetingRoutes(route: Route, control: ZoomControl): void {
  const scheduleSchema = meetingBodySchema.extend({ host: z.string() });
  route('GET', '/meetings', () => control.meetings());
  route('POST', '/meetings', (_ctx, body) => {
    const { host, ...meeting } = scheduleSchema.parse(body);
    return control.schedule(host, meeting);
  });
  route('GET', '/meetings/:id', (ctx) => control.meeting(idOf(ctx)));
  route('PATCH', '/meetings/:id', (ctx, body) => control.change(idOf(ctx), meetingBodySchema.parse(body)));
  route('DELETE', '/meetings/:id', (ctx) => control.delete(idOf(ctx)));
  route('POST', '/meetings/:id/start', (ctx, body) =>
    control.hostStart(idOf(ctx), z.object({ endOther: z.boolean().default(false) }).parse(body)),
  );
  route('POST', '/meetings/:id/end', (ctx) => ({ ended: control.end(idOf(ctx)) }));
}

function addPeopleRoutes(route: Route, control: ZoomControl): void {
  const person = '/meetings/:id/participants/:userId';
  const userOf = (ctx: ControlContext) => ctx.params.userId ?? '';
  const roomSchema = z.object({ roomUuid: z.string().optional() });
  const roleSchema = z.object({ role: z.enum(['host', 'co-host', 'attendee']) });
  route('POST', '/meetings/:id/participants', (ctx, body) => ({
    userId: control.join(idOf(ctx), joinSchema.parse(body)),
  }));
  route('POST', `${person}/leave`, (ctx) => control.leave(idOf(ctx), userOf(ctx)));
  route('POST', `${person}/drop`, (ctx) => control.drop(idOf(ctx), userOf(ctx)));
  route('POST', `${person}/admit`, (ctx) => control.admit(idOf(ctx), userOf(ctx)));
  route('POST', `${person}/waiting-room`, (ctx) => ({ userId: control.putInWaitingRoom(idOf(ctx), userOf(ctx)) }));
  route('POST', `${person}/rename`, (ctx, body) =>
    control.rename(idOf(ctx), userOf(ctx), z.object({ name: z.string() }).parse(body).name),
  );
  route('POST', `${person}/role`, (ctx, body) =>
    control.changeRole(idOf(ctx), userOf(ctx), roleSchema.parse(body).role),
  );
  route('POST', `${person}/breakout`, (ctx, body) => ({
    roomUuid: control.enterBreakoutRoom(idOf(ctx), userOf(ctx), roomSchema.parse(body).roomUuid),
  }));
  route('DELETE', `${person}/breakout`, (ctx) => control.leaveBreakoutRoom(idOf(ctx), userOf(ctx)));
}

function addWebhookRoutes(route: Route, control: ZoomControl): void {
  const eventSchema = z.object({ event: z.string(), payload: z.looseObject({}) });
  route('GET', '/webhooks', () => control.webhooks());
  route('POST', '/webhooks', (_ctx, body) => {
    const { event, payload } = eventSchema.parse(body);
    return control.sendEvent(event, payload);
  });
  route('POST', '/webhooks/url', (_ctx, body) => {
    control.setWebhookUrl(z.object({ url: z.url().nullable() }).parse(body).url ?? undefined);
  });
  route('POST', '/webhooks/validate', async () => ({ valid: await control.validateWebhookUrl() }));
  route('POST', '/webhooks/settle', () => control.settleWebhooks());
  route('POST', '/webhooks/:id/redeliver', (ctx) => found(control.redeliverWebhook(Number(ctx.params.id)), 'webhook'));
}

async function answer(ctx: Context, work: () => unknown): Promise<void> {
  try {
    ctx.body = (await work()) ?? { ok: true };
  } catch (error) {
    if (error instanceof ZodError) fail(ctx, 400, z.prettifyError(error));
    else if (error instanceof UnknownToZoom) fail(ctx, 404, error.message);
    else if (error instanceof HostIsBusy) fail(ctx, 409, `${error.message} (${error.running.id})`);
    else throw error;
  }
}

function fail(ctx: Context, status: number, error: string): void {
  ctx.status = status;
  ctx.body = { error };
}

function found<T>(result: T | undefined | false, kind: string): T {
  if (result === undefined || result === false) throw new UnknownToZoom(`No such ${kind}.`);
  return result;
}

function idOf(ctx: ControlContext): string {
  return ctx.params.id ?? '';
}
