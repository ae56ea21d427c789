import { requestLink, type LinkLimits } from '../../commands/requestLink';
import type { Deps } from '../../deps';
import type { AppRouterContext } from '../../middlewares/context';
import { comesFromUs } from '../../middlewares/csrf';
import { originOf } from '../../middlewares/originOf';
import { createFailureLimit } from '../../security/failureLimit';
import { renderJoin } from '../../views/join/renderJoin';
import { classDateIdOf, refuse, type JoinDeps } from './admit';
import { readForm } from './readForm';

const HOUR_SECONDS = 60 * 60;
const PER_PERSON = { name: 'link', failures: 3, seconds: HOUR_SECONDS };
const PER_NETWORK = { name: 'links', failures: 60, seconds: HOUR_SECONDS };

export function createLinkLimits({ db }: Pick<Deps, 'db'>): LinkLimits {
  return { person: createFailureLimit(db, PER_PERSON), network: createFailureLimit(db, PER_NETWORK) };
}

/** "Send me a new link". The answer is the same whether we know the address or not, and whether we sent one or not. */
export async function sendNewLink(deps: JoinDeps, limits: LinkLimits, ctx: AppRouterContext): Promise<void> {
  const classDateId = classDateIdOf(ctx);
  const email = (await readForm(ctx)).get('email')?.trim() ?? '';
  if (classDateId === null || !comesFromUs(ctx, new URL(deps.config.appUrl).origin)) {
    await refuse(deps, ctx, 'unproven');
    return;
  }
  await requestLink(deps, limits, { classDateId, email }, originOf(ctx));
  renderJoin(ctx, 'linkSent', {
    title: 'Look into your mail',
    supportEmail: deps.config.supportEmail,
    refreshSeconds: null,
  });
}
