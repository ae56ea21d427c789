import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { changeApiKey } from '../../commands/changeApiKey';
import { CALLS_A_MINUTE, createApiKey } from '../../commands/createApiKey';
import { revokeApiKey } from '../../commands/revokeApiKey';
import type { Deps } from '../../deps';
import { API_SCOPES } from '../../domain/apiScopes';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { ApiKey } from '../../models/ApiKey';
import { presentApiKey } from '../../presenters/apiKey';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

// What is no number becomes NaN, which the command refuses in words.
const wholeNumber = line(20).transform((text) => (/^\d+$/.test(text) ? Number(text) : NaN));

// One box that is ticked comes as a text, several as a list.
const scopes = z
  .union([z.string(), z.array(z.string())], 'Choose what the key may do.')
  .default([])
  .transform((chosen) => [chosen].flat());

const keySchema = z.object({
  name: line(80),
  customer: line(40),
  scopes,
  callsAMinute: wholeNumber,
  days: line(20).transform((text) => (text === '' ? null : /^\d+$/.test(text) ? Number(text) : NaN)),
});

interface Shown extends FormState {
  /** the key that was made just now */
  readonly made?: { readonly name: string; readonly secret: string };
}

export function addApiKeyRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.apiKeys, only('admin'), (ctx) => showKeys(deps, ctx));
  router.post(paths.apiKeys, only('admin'), async (ctx) => {
    const show = (context: AppContext, form: FormState) => showKeys(deps, context, form, scopesIn(context));
    await showAgain(ctx, show, async () => {
      const { key, secret } = await createApiKey(deps, parseBody(ctx, keySchema), originOf(ctx));
      // Shown in this answer alone: on the way of a redirect it would have to be kept somewhere.
      await showKeys(deps, ctx, { made: { name: key.name, secret } });
    });
  });
  router.get(paths.apiKey(':id'), only('admin'), (ctx) => showKey(deps, ctx));
  router.post(paths.apiKey(':id'), only('admin'), (ctx) =>
    showAgain(
      ctx,
      (_, form) => showKey(deps, ctx, form),
      async () => {
        const change = { id: idOf(ctx), ...parseBody(ctx, z.object({ scopes })) };
        const changed = await changeApiKey(deps, change, originOf(ctx));
        redirectWithFlash(ctx, paths.apiKeys, changed ? 'What the key may do is changed.' : 'That is what it may do.');
      },
    ),
  );
  router.post(paths.apiKeyRevocation(':id'), only('admin'), async (ctx) => {
    const good = await revokeApiKey(deps, idOf(ctx), originOf(ctx));
    redirectWithFlash(ctx, paths.apiKeys, good ? 'The key is withdrawn.' : 'The key was withdrawn before.');
  });
}

async function showKeys(
  { clock, config }: Deps,
  ctx: AppContext,
  form: Shown = {},
  // What a key is for needs little of it, and whoever makes it knows what.
  chosen: readonly string[] = [],
): Promise<void> {
  const keys = await ApiKey.findAll({ order: [['id', 'DESC']], limit: 200 });
  const zone = ctx.state.user?.timeZone ?? 'UTC';
  const values = { customer: 'marketplace', callsAMinute: String(CALLS_A_MINUTE), ...form.values };
  render(ctx, 'admin/apiKeys', {
    title: 'API keys',
    ...form,
    values,
    docs: paths.apiDocs,
    appUrl: config.appUrl,
    scopes: choiceOf(chosen),
    keys: keys.map((key) => ({
      ...presentApiKey(key, zone, clock.now()),
      ...{ href: paths.apiKey(key.id), revoke: paths.apiKeyRevocation(key.id) },
    })),
  });
}

async function showKey({ clock }: Deps, ctx: AppRouterContext, form: FormState = {}): Promise<void> {
  const row = await ApiKey.findByPk(idOf(ctx));
  if (!row) throw new NotFoundError('There is no such key.');
  const key = presentApiKey(row, ctx.state.user?.timeZone ?? 'UTC', clock.now());
  const chosen = form.errors ? scopesIn(ctx) : key.scopes;
  render(ctx, 'admin/apiKey', {
    ...{ title: `API key: ${key.name}`, ...form, key },
    ...{ change: paths.apiKey(row.id), scopes: choiceOf(chosen) },
  });
}

function choiceOf(chosen: readonly string[]) {
  return Object.entries(API_SCOPES).map(([scope, words]) => ({ scope, words, chosen: chosen.includes(scope) }));
}

function scopesIn(ctx: AppContext): string[] {
  const body = z.object({ scopes: z.union([z.string(), z.array(z.string())]) }).safeParse(ctx.request.body);
  return body.success ? [body.data.scopes].flat() : [];
}
