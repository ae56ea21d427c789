import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import type { SimulatedUser } from '../options';
import type { World } from '../core/world';
import { renderPage, showMessage } from '../views/render';
import { issueCode } from './grants';

const requestSchema = z.object({
  response_type: z.literal('code', 'response_type must be "code". (4,700)'),
  client_id: z.string('Invalid client_id. (4,702)'),
  redirect_uri: z.string('Missing redirect_uri. (4,709)'),
  state: z.string().optional(),
  code_challenge: z.string().optional(),
  code_challenge_method: z.enum(['S256', 'plain'], 'Invalid code_challenge_method. (4,700)').default('plain'),
});

type AuthorizeRequest = z.output<typeof requestSchema>;

const decisionSchema = z.object({
  decision: z.enum(['allow', 'deny']),
  email: z.string().optional(),
  scope: z
    .union([
      z.string().transform((one) => [one]),
      z.array(z.string()),
      // Of more than twenty fields of one name the form parser (qs) makes an object.
      z.record(z.string(), z.string()).transform((many) => Object.values(many)),
    ])
    .default([]),
});

/** GET /oauth/authorize shows the consent page; its form posts the answer, and Zoom sends the browser back. */
export function addAuthorizeRoutes(router: Router, world: World): void {
  router.get('/oauth/authorize', (ctx) => {
    if (world.behaviour.signInFirst) {
      ctx.redirect('/signin');
      return;
    }
    const request = readRequest(world, ctx, ctx.query);
    if (!request) return;
    const { consentError } = world.behaviour;
    if (consentError !== null) return sendBack(ctx, request, { error: consentError });
    const auto = world.behaviour.autoAllow ?? [ctx.query.auto].flat()[0];
    const user = auto ? world.userByEmail(auto) : undefined;
    if (user) allow(world, ctx, request, user, world.settings.app.scopes);
    else showConsent(world, ctx, request);
  });
  router.post('/oauth/authorize', (ctx) => {
    const request = readRequest(world, ctx, ctx.request.body);
    if (!request) return;
    const answer = decisionSchema.safeParse(ctx.request.body);
    if (!answer.success || answer.data.decision === 'deny') {
      sendBack(ctx, request, { error: 'access_denied' });
      return;
    }
    const user = world.userByEmail(answer.data.email ?? '');
    if (!user) {
      showMessage(ctx, 400, 'Please choose who you are', 'Go back and pick one of the people listed.');
      return;
    }
    const scopes = world.settings.app.scopes.filter((scope) => answer.data.scope.includes(scope));
    allow(world, ctx, request, user, scopes);
  });
}

/** Undefined when the request is so wrong that the browser must not be sent back; the page is shown then. */
function readRequest(world: World, ctx: Context, sent: unknown): AuthorizeRequest | undefined {
  const parsed = requestSchema.safeParse(sent);
  const problem = parsed.success ? wrongClient(world, parsed.data) : parsed.error.issues[0]?.message;
  if (parsed.success && !problem) return parsed.data;
  showMessage(ctx, 400, 'Zoom cannot connect this app', problem ?? 'Bad request. (4,700)');
  return undefined;
}

function wrongClient(world: World, request: AuthorizeRequest): string | undefined {
  const { clientId, redirectUris } = world.settings.app;
  if (request.client_id !== clientId) return `Invalid client_id: ${request.client_id} (4,702)`;
  if (!redirectUris.includes(request.redirect_uri)) return `Invalid redirect: ${request.redirect_uri} (4,700)`;
  return undefined;
}

function showConsent(world: World, ctx: Context, request: AuthorizeRequest): void {
  renderPage(ctx, 'consent', {
    title: 'Sign in to Zoom and allow the app',
    fields: Object.entries(request).map(([name, value]) => ({ name, value })),
    site: new URL(request.redirect_uri).host,
    users: world.settings.users.map((user, index) => ({
      email: user.email,
      name: `${user.firstName} ${user.lastName}`,
      licence: user.type === 2 ? 'Licensed' : 'Basic',
      connected: world.state.grants.has(user.id),
      checked: index === 0,
    })),
    scopes: world.settings.app.scopes,
  });
}

function allow(
  world: World,
  ctx: Context,
  request: AuthorizeRequest,
  user: SimulatedUser,
  scopes: readonly string[],
): void {
  const code = issueCode(world, {
    userId: user.id,
    redirectUri: request.redirect_uri,
    scopes,
    challenge: request.code_challenge ?? null,
    challengeMethod: request.code_challenge_method,
  });
  sendBack(ctx, request, { code });
}

function sendBack(ctx: Context, request: AuthorizeRequest, answer: Record<string, string>): void {
  const target = new URL(request.redirect_uri);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (request.state !== undefined) target.searchParams.set('state', request.state);
  ctx.status = 302;
  ctx.redirect(target.href);
}
