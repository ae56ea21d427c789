import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { restorePass } from '../../commands/restorePass';
import { revokePass } from '../../commands/revokePass';
import { sendLink } from '../../commands/sendLink';
import type { AuditOrigin } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { AppError, FieldErrors, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { presentPassPage, presentPassRow } from '../../presenters/passPage';
import { findPassByToken, findPassPage, searchPasses, type PassPage, type PassRow } from '../../queries/findPasses';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

const searchSchema = z.object({
  wanted: line(500).refine(
    (text) => text.length > 1 || /^\d$/.test(text),
    'Enter a name, an address, a class date’s number, or paste a join link.',
  ),
});
const TOKEN = /(?:^|token=)([0-9a-f]{64})(?:$|&)/;

interface Deed {
  readonly path: string;
  readonly done: string;
  readonly act: (deps: Deps, passId: number, origin: AuditOrigin) => Promise<void>;
}

const DEEDS: readonly Deed[] = [
  {
    path: paths.passLink(':id'),
    done: 'The link is on its way to the address on file.',
    act: (deps, passId, origin) => sendLink(deps, { passId, anew: false }, origin),
  },
  {
    path: paths.passNewLink(':id'),
    done: 'A new link is on its way. The former one works only in the browser that is in now, until the new one is used.',
    act: (deps, passId, origin) => sendLink(deps, { passId, anew: true }, origin),
  },
  {
    path: paths.passRevoke(':id'),
    done: 'The pass is withdrawn. Whoever is in the meeting already stays there until the teacher removes them.',
    act: revokePass,
  },
  {
    path: paths.passRestore(':id'),
    done: 'The pass works again. Unless the class is over, a new link is on its way.',
    act: restorePass,
  },
];

/** For support: finding a pass by its link or its person, its story, and what can be done about it. */
export function addPassRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.passes, only('admin'), (ctx) => showSearch(ctx));
  // By POST whatever is looked for: a link is a secret, and a name is nobody's business in an address.
  router.post(paths.passes, only('admin'), (ctx) =>
    showAgain(
      ctx,
      (...args) => showSearch(...args),
      () => search(ctx),
    ),
  );
  router.get(paths.pass(':id'), only('admin'), async (ctx) => {
    const page = await find(ctx);
    const presented = presentPassPage(page, zoneOf(ctx));
    const classHref = paths.classDate(page.classDate.id);
    render(ctx, 'admin/pass', { ...presented, classTitle: presented.title, title: presented.who, classHref });
  });
  for (const { path, done, act } of DEEDS) {
    router.post(path, only('admin'), async (ctx) => {
      const { pass } = await find(ctx);
      await carryOut(ctx, pass.id, done, () => act(deps, pass.id, originOf(ctx)));
    });
  }
}

async function carryOut(ctx: AppContext, passId: number, done: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
    redirectWithFlash(ctx, paths.pass(passId), done);
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 409) throw error;
    redirectWithFlash(ctx, paths.pass(passId), error.message, 'bad');
  }
}

async function search(ctx: AppContext): Promise<void> {
  const { wanted } = parseBody(ctx, searchSchema);
  const [, token] = TOKEN.exec(wanted) ?? [];
  if (token === undefined) {
    await showSearch(ctx, { values: { wanted } }, await searchPasses(wanted));
    return;
  }
  const pass = await findPassByToken(token);
  if (!pass) throw unknownLink();
  ctx.redirect(paths.pass(pass.id));
  ctx.status = 303;
}

function unknownLink(): FieldErrors {
  const message =
    'No pass has this link. It may be older than the last two, of another site, or not whole. Look for the person instead.';
  return new FieldErrors([{ field: 'wanted', message }]);
}

function showSearch(ctx: AppContext, form: FormState = {}, found?: readonly PassRow[]): Promise<void> {
  // A link is not written back into the page.
  const values = { wanted: TOKEN.test(form.values?.['wanted'] ?? '') ? '' : (form.values?.['wanted'] ?? '') };
  const rows = found?.map((row) => ({ ...presentPassRow(row, zoneOf(ctx)), href: paths.pass(row.pass.id) }));
  render(ctx, 'admin/passes', {
    title: 'Passes',
    errorsTitle: 'Nothing found',
    ...form,
    values,
    searched: found !== undefined,
    rows,
  });
  return Promise.resolve();
}

async function find(ctx: AppRouterContext): Promise<PassPage> {
  const page = await findPassPage(idOf(ctx));
  if (!page) throw new NotFoundError('There is no such pass.');
  return page;
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}
