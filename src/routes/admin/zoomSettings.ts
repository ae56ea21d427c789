import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import {
  ClientChangeUnconfirmed,
  endWebhookRotation,
  saveZoomSettings,
  type ZoomSettingsInput,
} from '../../commands/saveZoomSettings';
import { testZoomConnection } from '../../commands/testZoomConnection';
import type { Deps } from '../../deps';
import type { Finding } from '../../domain/zoomVerdicts';
import { FieldErrors } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { sessionOf } from '../../middlewares/sessionOf';
import { userOf } from '../../middlewares/signedInUser';
import { parseBody, typedValues } from '../../middlewares/validate';
import { User } from '../../models/User';
import { presentFinding, presentZoomSettings } from '../../presenters/zoomSettings';
import { countConnected } from '../../queries/countConnected';
import { findZoomVerdicts } from '../../queries/findZoomVerdicts';
import { readZoomSettings } from '../../queries/readZoomSettings';
import { render } from '../../views/render';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';
import { draftSchema, zoomSettingsSchema } from './zoomSettingsForm';

const DRAFT_MS = 10 * 60_000;

/** The Zoom app of this site: what is saved, how it stands, testing it, and how to make one. */
export function addZoomSettingsRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  const schema = zoomSettingsSchema(deps.config);
  const show = (ctx: AppContext, form: FormState = {}) => showSettings(deps, ctx, form);
  router.get(paths.zoomSettings, only('admin'), (ctx) => show(ctx));
  router.post(paths.zoomSettingsUpdate, only('admin'), (ctx) =>
    showAgain(ctx, show, () => save(deps, ctx, parseBody(ctx, schema))),
  );
  router.post(paths.zoomTestConnection, only('admin'), async (ctx) => {
    const test = () => testZoomConnection(deps, parseBody(ctx, schema));
    if (ctx.accepts('html', 'json') === 'json') return answerJson(ctx, test);
    await showAgain(ctx, show, async () => {
      const findings = await test();
      await showSettings(deps, ctx, { values: typedValues(ctx) }, findings);
    });
  });
  router.post(paths.zoomRotationEnd, only('admin'), async (ctx) => {
    await endWebhookRotation(deps, originOf(ctx));
    redirectWithFlash(ctx, paths.zoomSettings, 'Only the current webhook secret counts now.');
  });
  router.get(paths.zoomClientChange, only('admin'), (ctx) => showClientChange(deps, ctx));
  router.post(paths.zoomClientChange, only('admin'), (ctx) => confirmClientChange(deps, ctx));
}

async function save(deps: Deps, ctx: AppContext, input: ZoomSettingsInput): Promise<void> {
  try {
    const { fields } = await saveZoomSettings(deps, input, originOf(ctx));
    const word = fields.length > 0 ? 'The Zoom settings are saved.' : 'Nothing was different, so nothing has changed.';
    redirectWithFlash(ctx, paths.zoomSettings, word);
  } catch (error) {
    if (!(error instanceof ClientChangeUnconfirmed)) throw error;
    keepDraft(deps, ctx, input);
    ctx.redirect(paths.zoomClientChange);
    ctx.status = 303;
  }
}

async function answerJson(ctx: AppContext, test: () => Promise<Finding[]>): Promise<void> {
  try {
    ctx.body = { findings: (await test()).map((finding) => presentFinding(finding)) };
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    ctx.status = error.status;
    ctx.body = { error: { code: error.code, message: error.message, fields: error.fields } };
  }
}

async function showSettings(
  deps: Deps,
  ctx: AppContext,
  form: FormState,
  findings: readonly Finding[] = [],
): Promise<void> {
  const [saved, { verdicts, webhook }] = await Promise.all([readZoomSettings(deps), findZoomVerdicts(deps)]);
  const savedBy = await nameOf(saved.row?.updatedBy);
  const zone = ctx.state.user?.timeZone ?? 'UTC';
  const page = presentZoomSettings(deps.config, { saved, savedBy, verdicts, webhook, zone });
  // After "somebody else saved meanwhile" the form goes on from what is saved now, otherwise from what it was filled with.
  const version = form.errorOf?.['version'] ? page.version : (form.values?.['version'] ?? page.version);
  render(ctx, 'admin/zoomSettings', {
    ...page,
    ...form,
    version,
    values: form.values ?? page.saved,
    findings: findings.map((finding) => presentFinding(finding)),
  });
}

async function nameOf(userId: number | null | undefined): Promise<string | null> {
  return typeof userId === 'number' ? ((await User.findByPk(userId))?.fullName ?? null) : null;
}

async function showClientChange(deps: Deps, ctx: AppContext): Promise<void> {
  const draft = readDraft(deps, ctx);
  if (!draft) return noDraft(ctx);
  const { clientId } = await readZoomSettings(deps);
  const counts = await countConnected();
  render(ctx, 'admin/zoomClientChange', { title: 'Another Zoom app', from: clientId, to: draft.clientId, ...counts });
}

async function confirmClientChange(deps: Deps, ctx: AppContext): Promise<void> {
  const draft = readDraft(deps, ctx);
  if (!draft) return noDraft(ctx);
  const session = sessionOf(ctx);
  if (session) delete session.zoomSettingsDraft;
  try {
    const { disconnected } = await saveZoomSettings(deps, draft, originOf(ctx), { clientChangeConfirmed: true });
    const word = `The Zoom settings are saved. Teachers who must connect again: ${disconnected}.`;
    redirectWithFlash(ctx, paths.zoomSettings, word);
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    redirectWithFlash(ctx, paths.zoomSettings, `Nothing was saved. ${error.message}`, 'bad');
  }
}

function noDraft(ctx: AppContext): void {
  const word = 'There is no change to confirm any more. Enter it again and save.';
  redirectWithFlash(ctx, paths.zoomSettings, word, 'bad');
}

function draftPlace(ctx: AppContext) {
  return { table: 'sessions', column: 'zoom_settings_draft', row: userOf(ctx).id };
}

/** Secrets must not travel back to the browser for it to send them again, so they wait in the session, encrypted. */
function keepDraft({ encryption, clock }: Deps, ctx: AppContext, input: ZoomSettingsInput): void {
  const session = sessionOf(ctx);
  if (!session) throw new Error('A form was sent without a session.');
  const sealed = encryption.encrypt(JSON.stringify(input), draftPlace(ctx));
  session.zoomSettingsDraft = { sealed, expiresAt: clock.now().getTime() + DRAFT_MS };
}

function readDraft({ encryption, clock }: Deps, ctx: AppContext): ZoomSettingsInput | null {
  const draft = sessionOf(ctx)?.zoomSettingsDraft;
  if (!draft || draft.expiresAt < clock.now().getTime()) return null;
  return draftSchema.parse(JSON.parse(encryption.decrypt(draft.sealed, draftPlace(ctx))));
}
