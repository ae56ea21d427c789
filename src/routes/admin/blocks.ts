import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { blockAddress, checkBlock, type Blocker } from '../../commands/blockAddress';
import { unblockAddress } from '../../commands/unblockAddress';
import type { Deps } from '../../deps';
import { BLOCK_TERMS } from '../../domain/spans';
import { NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf, proxiesOf } from '../../middlewares/originOf';
import { userOf } from '../../middlewares/signedInUser';
import { line, parseBody } from '../../middlewares/validate';
import { BlockedIp } from '../../models/BlockedIp';
import { blockReference, termInWords } from '../../presenters/block';
import { counted } from '../../presenters/securityLog';
import { findBlockCost } from '../../queries/blockCost';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

const blockSchema = z.object({ network: line(49), reason: line(255), term: line(10) });

/** Blocking an address: a form, a page that says what it would have cost, and then the block; and lifting it. */
export function addBlockRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.newBlock, only('admin'), async (ctx) => {
    const { network } = ctx.query;
    await showForm(ctx, { values: { network: typeof network === 'string' ? network.slice(0, 49) : '', term: '1d' } });
  });
  router.post(paths.blockReview, only('admin'), (ctx) => showAgain(ctx, showForm, () => review(deps, ctx)));
  router.post(paths.blocks, only('admin'), (ctx) =>
    showAgain(ctx, showForm, async () => {
      const { id, network } = await blockAddress(deps, parseBody(ctx, blockSchema), blockerOf(ctx));
      redirectWithFlash(
        ctx,
        paths.securityLogs,
        `${network} is blocked (${blockReference(id)}), everywhere within 5 seconds.`,
      );
    }),
  );
  router.post(paths.blockLift(':id'), only('admin'), (ctx) => lift(deps, ctx));
}

function showForm(ctx: AppContext, form: FormState): Promise<void> {
  render(ctx, 'admin/newBlock', {
    title: 'Block an address',
    terms: BLOCK_TERMS.map((term) => ({ term, words: termInWords(term), chosen: term === form.values?.['term'] })),
    ...form,
  });
  return Promise.resolve();
}

async function review(deps: Deps, ctx: AppContext): Promise<void> {
  const { range, reason, term } = await checkBlock(deps, parseBody(ctx, blockSchema), blockerOf(ctx));
  const { joins, passes } = await findBlockCost(deps.db, range, deps.clock.now());
  render(ctx, 'admin/blockReview', {
    title: `Block ${range.network}?`,
    ...{ network: range.network, reason, term },
    isRange: range.start !== range.end,
    lasts: termInWords(term),
    cost: joins === 0 ? null : { joins: counted(joins, 'time'), passes: counted(passes, 'pass', 'passes') },
  });
}

async function lift(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const block = await BlockedIp.findByPk(idOf(ctx));
  if (!block) throw new NotFoundError('There is no such block.');
  const lifted = await unblockAddress(deps, block, originOf(ctx));
  const word = lifted ? 'is let in again, everywhere within 5 seconds.' : 'was not blocked any more.';
  redirectWithFlash(ctx, paths.securityLogs, `${block.network} ${word}`);
}

function blockerOf(ctx: AppContext): Blocker {
  return { ...originOf(ctx), userId: userOf(ctx).id, proxies: proxiesOf(ctx) };
}
