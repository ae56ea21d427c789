import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { addGuests } from '../../commands/addGuests';
import { correctGuest, type Corrected } from '../../commands/correctGuest';
import { removeGuest } from '../../commands/removeGuest';
import type { Deps } from '../../deps';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { presentClassRow } from '../../presenters/classDate';
import { counted } from '../../presenters/securityLog';
import { findGuest, findOrder, type GuestDetail } from '../../queries/orders';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';
import { guestLines, showOrder } from './orders';

const additionSchema = z.object({ guests: guestLines });
const correctionSchema = z.object({ email: line(254), name: line(120) });

/** The guests of an order: adding some, correcting one, and removing one after a page that says what it touches. */
export function addGuestRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.post(paths.orderGuests(':id'), only('admin'), (ctx) => add(deps, ctx));
  router.get(paths.orderGuest(':id', ':guestId'), only('admin'), async (ctx) =>
    showGuest(ctx, await presentGuest(ctx)),
  );
  router.post(paths.orderGuest(':id', ':guestId'), only('admin'), (ctx) => correct(deps, ctx));
  router.get(paths.orderGuestRemoval(':id', ':guestId'), only('admin'), async (ctx) => {
    const detail = await presentGuest(ctx);
    const zone = ctx.state.user?.timeZone ?? null;
    render(ctx, 'admin/guestRemoval', {
      ...guestData(detail),
      title: `Remove ${whoIs(detail)}?`,
      classDates: detail.classDates.map((row) => ({
        ...presentClassRow(row, zone),
        href: paths.classDate(row.classDate.id),
      })),
    });
  });
  router.post(paths.orderGuestRemoval(':id', ':guestId'), only('admin'), (ctx) => remove(deps, ctx));
}

async function add(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const orderId = idOf(ctx);
  if (!(await findOrder(orderId, deps.clock.now()))) throw new NotFoundError('There is no such order.');
  const show = (context: AppContext, form: FormState) => showOrder(deps, context, orderId, form);
  await showAgain(ctx, show, async () => {
    const { guests: text } = parseBody(ctx, additionSchema);
    const { added, notes } = await addGuests(deps, { orderId, text }, originOf(ctx));
    const word = added === 0 ? 'Nobody was added.' : `${counted(added, 'guest')} added.`;
    redirectWithFlash(ctx, paths.order(orderId), [word, ...notes].join(' '));
  });
}

async function correct(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const detail = await presentGuest(ctx);
  const { id: guestId, orderId } = detail.guest;
  const show = (context: AppContext, form: FormState) => {
    showGuest(context, detail, form);
    return Promise.resolve();
  };
  await showAgain(ctx, show, async () => {
    const corrected = await correctGuest(deps, { guestId, ...parseBody(ctx, correctionSchema) }, originOf(ctx));
    redirectWithFlash(ctx, paths.order(orderId), correctedInWords(corrected));
  });
}

async function remove(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const detail = await findDetail(ctx);
  const { id: guestId, orderId } = detail.guest;
  const removed = await removeGuest(deps, { guestId }, originOf(ctx));
  const word = removed ? 'is no guest any more; their links have stopped working.' : 'had been removed already.';
  redirectWithFlash(ctx, paths.order(orderId), `${whoIs(detail)} ${word}`);
}

function showGuest(ctx: AppContext, detail: GuestDetail, form: FormState = {}): void {
  const { email, name } = detail.guest;
  const values = { email, name: name ?? '' };
  render(ctx, 'admin/guest', { ...guestData(detail), title: `Correct ${whoIs(detail)}`, values, ...form });
}

/** A guest to show: one who was removed has nothing left to be corrected or removed. */
async function presentGuest(ctx: AppRouterContext): Promise<GuestDetail> {
  const detail = await findDetail(ctx);
  if (!detail.guest.removedAt) return detail;
  throw new NotFoundError('This guest was removed. Add them again on the page of their order.');
}

async function findDetail(ctx: AppRouterContext): Promise<GuestDetail> {
  const detail = await findGuest(idOf(ctx), idOf(ctx, 'guestId'));
  if (!detail) throw new NotFoundError('There is no such guest of this order.');
  return detail;
}

function guestData({ guest: { id, orderId, email, name }, orderTitle }: GuestDetail) {
  return { id, orderId, email, name, orderTitle };
}

function whoIs({ guest: { name, email } }: GuestDetail): string {
  return name ?? email;
}

function correctedInWords({ name, address, invitations }: Corrected): string {
  if (!name && !address) return 'It was so already; nothing has changed.';
  if (!address) return 'The name is saved.';
  const mail =
    invitations > 0 ? 'A new link is on its way there.' : 'The mails about the classes will go there from now on.';
  return `The address is saved. ${mail} Links sent to the former one have stopped working.`;
}
