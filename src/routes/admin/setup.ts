import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { checkSetup } from '../../checks';
import type { Check } from '../../checks/check';
import { checkProxies } from '../../checks/proxies';
import { checkSettings } from '../../checks/settings';
import { sendTestMail } from '../../commands/sendTestMail';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { userOf } from '../../middlewares/signedInUser';
import { presentChecks } from '../../presenters/check';
import { render } from '../../views/render';
import { paths } from '../paths';

/** Setting up for real: what is missing or weak, at once; a look at all it rests on; a mail to oneself. */
export function addSetupRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.setup, only('admin'), (ctx) => {
    show(deps, ctx, [...checkSettings(deps), ...ofRequest(deps, ctx)], false);
  });
  // By POST, because it asks half the world and takes some seconds.
  router.post(paths.setup, only('admin'), async (ctx) => {
    show(deps, ctx, [...(await checkSetup(deps)), ...ofRequest(deps, ctx)], true);
  });
  router.post(paths.setupMail, only('admin'), async (ctx) => {
    const { accepted, words } = await sendTestMail(deps, userOf(ctx).email, originOf(ctx));
    redirectWithFlash(ctx, paths.setup, words, accepted ? 'good' : 'bad');
  });
}

function ofRequest({ config }: Deps, ctx: AppContext): Check[] {
  const forwarded = ctx
    .get('X-Forwarded-For')
    .split(',')
    .filter((address) => address.trim() !== '').length;
  const request = { forwarded, forwardedProto: ctx.get('X-Forwarded-Proto') };
  return checkProxies(request, config.trustedProxyHops, config.appUrl);
}

function show({ config }: Deps, ctx: AppContext, checks: readonly Check[], looked: boolean): void {
  const { appUrl, smtp, mailFrom } = config;
  render(ctx, 'admin/setup', {
    title: 'Setting up',
    findings: presentChecks(checks),
    looked,
    myEmail: userOf(ctx).email,
    mail: { host: smtp.host, port: smtp.port, from: mailFrom.address },
    redirectUri: `${appUrl}${paths.zoomCallback}`,
    webhookUrl: `${appUrl}${paths.webhook}`,
  });
}
