import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { changeUser, type UserChanged } from '../../commands/changeUser';
import { disableUser } from '../../commands/disableUser';
import { enableUser } from '../../commands/enableUser';
import { inviteUser } from '../../commands/inviteUser';
import type { Deps } from '../../deps';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { disablingInWords, presentPersonPage } from '../../presenters/person';
import { timeZones } from '../../presenters/timeZones';
import { findPerson, type PersonPage } from '../../queries/findPerson';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

const CUSTOMER = /^[a-z\d-]*$/;
const EXTERNAL_ID = /^(?:[A-Za-z\d][A-Za-z\d._:~-]{0,99})?$/;

const changeSchema = z.object({
  firstName: line(80),
  lastName: line(80),
  email: line(254),
  timeZone: line(64),
  customer: line(40).refine((text) => CUSTOMER.test(text), 'Write it as its API keys have it.'),
  externalId: line(100).refine((text) => EXTERNAL_ID.test(text), 'Use letters, digits, and . _ : ~ - in it.'),
});

/** One person: what is known of them, and what can be done for or against them. */
export function addPersonRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.person(':id'), only('admin'), async (ctx) => showPerson(deps, ctx, await find(ctx)));
  router.post(paths.person(':id'), only('admin'), (ctx) => change(deps, ctx));
  router.post(paths.personInvitation(':id'), only('admin'), (ctx) =>
    act(ctx, async (id) => {
      const { email } = await inviteUser(deps, id, originOf(ctx));
      return `An invitation is on its way to ${email}. Links that were mailed before have stopped working.`;
    }),
  );
  router.get(paths.personDisabling(':id'), only('admin'), async (ctx) => {
    const page = await find(ctx);
    const presented = presentPersonPage(page, zoneOf(ctx), deps.clock.now());
    render(ctx, 'admin/personDisabling', {
      ...presented,
      title: `Disable ${page.user.fullName}?`,
      consequences: disablingInWords(page),
    });
  });
  router.post(paths.personDisabling(':id'), only('admin'), (ctx) =>
    act(ctx, async (id) => {
      const { changed } = await disableUser(deps, id, originOf(ctx));
      return changed ? 'They are disabled: signed out, and let in nowhere.' : 'They were disabled before.';
    }),
  );
  router.post(paths.personEnabling(':id'), only('admin'), (ctx) =>
    act(ctx, async (id) => {
      const { changed } = await enableUser(deps, id, originOf(ctx));
      return changed ? 'They are let in again.' : 'They were enabled already.';
    }),
  );
}

function showPerson(deps: Deps, ctx: AppContext, page: PersonPage, form: FormState = {}): Promise<void> {
  const { email, firstName, lastName, timeZone, customer, externalId } = page.user;
  const optional = { timeZone: timeZone ?? '', customer: customer ?? '', externalId: externalId ?? '' };
  render(ctx, 'admin/person', {
    ...presentPersonPage(page, zoneOf(ctx), deps.clock.now()),
    ...{ title: page.user.fullName, zones: timeZones(), path: paths.person(page.user.id) },
    values: { email, firstName, lastName, ...optional },
    ...form,
  });
  return Promise.resolve();
}

async function change(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const page = await find(ctx);
  const { id } = page.user;
  const show = (context: AppContext, form: FormState) => showPerson(deps, context, page, form);
  await showAgain(ctx, show, async () => {
    const { timeZone, customer, externalId, ...person } = parseBody(ctx, changeSchema);
    // Both or neither: an id is one of somebody's.
    const external = customer && externalId ? { customer, externalId } : { customer: null, externalId: null };
    const content = { ...person, ...external, timeZone: timeZone || null };
    redirectWithFlash(ctx, paths.person(id), changedInWords(await changeUser(deps, id, content, originOf(ctx))));
  });
}

function changedInWords({ user, changed, address, invitations }: UserChanged): string {
  if (!changed) return 'It was so already; nothing has changed.';
  if (!address) return 'It is saved.';
  if (user.role !== 'student') return 'It is saved. They sign in by the new address, and are signed out everywhere.';
  const mail = invitations > 0 ? ' New links are on their way there.' : '';
  return `It is saved.${mail} Links sent to the former address have stopped working.`;
}

/** Does something with a person and says so on their page; what cannot be done is said there, too. */
async function act(ctx: AppRouterContext, work: (id: number) => Promise<string>): Promise<void> {
  const id = idOf(ctx);
  try {
    redirectWithFlash(ctx, paths.person(id), await work(id));
  } catch (error) {
    if (!(error instanceof AppError) || error instanceof NotFoundError) throw error;
    redirectWithFlash(ctx, paths.person(id), error.message, 'bad');
  }
}

async function find(ctx: AppRouterContext): Promise<PersonPage> {
  const page = await findPerson(idOf(ctx));
  if (!page) throw new NotFoundError('There is no such person.');
  return page;
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}
