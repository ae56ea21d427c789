import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { REFUSED_ACTIONS } from '../../domain/refusedActions';
import { SPANS, startOfSpan } from '../../domain/spans';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { presentBlockRow } from '../../presenters/block';
import {
  presentRefusedAttempt,
  presentTopAddress,
  presentTotals,
  reasonInWords,
  spanInWords,
} from '../../presenters/securityLog';
import { countByReason, listRefusals } from '../../queries/findRefusals';
import { listBlocks } from '../../queries/listBlocks';
import { listTopAddresses } from '../../queries/topAddresses';
import { render } from '../../views/render';
import { paths } from '../paths';
import { linkWith, readFilters, type SecurityFilters } from './securityLogFilters';

/** Who was refused, from where and how often, and which addresses are blocked. */
export function addSecurityLogRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.securityLogs, only('admin'), async (ctx) => {
    const { filters, errors, typedAddress } = readFilters(ctx.query);
    const errorOf = Object.fromEntries(errors.map(({ field, message }) => [field, message]));
    render(ctx, 'admin/securityLogs', {
      title: 'Security',
      ...(await findPage(deps, ctx, filters)),
      ...{ errors, errorOf, typedAddress },
    });
    if (errors.length > 0) ctx.status = 400;
  });
}

async function findPage({ db, clock }: Deps, ctx: AppContext, filters: SecurityFilters) {
  const zone = ctx.state.user?.timeZone ?? 'UTC';
  const to = clock.now();
  const period = { from: startOfSpan(filters.span, to), to };
  const [counts, tops, { refusals, more }, blocks] = await Promise.all([
    countByReason(db, period),
    listTopAddresses(db, period),
    listRefusals(db, period, filters),
    listBlocks(to),
  ]);
  const { totals, total } = presentTotals(counts);
  const inForce = blocks.map(({ block }) => block);
  return {
    ...choicesOf(filters),
    total,
    totals: totals.map((line) => ({ ...line, href: linkWith(filters, { reason: line.action, before: null }) })),
    tops: tops.map((top) => ({
      ...presentTopAddress(top, inForce, zone),
      href: linkWith(filters, { addressText: top.address, before: null }),
      blockHref: `${paths.newBlock}?${new URLSearchParams({ network: top.address }).toString()}`,
    })),
    refusals: refusals.map((row) => ({
      ...presentRefusedAttempt(row, zone),
      href: row.entityType === 'class_date' && row.entityId !== null ? paths.classDate(row.entityId) : null,
    })),
    older: more ? linkWith(filters, { before: refusals.at(-1)?.id ?? null }) : null,
    newest: filters.before === null ? null : linkWith(filters, { before: null }),
    blocks: blocks.map((row) => ({ ...presentBlockRow(row, zone), lift: paths.blockLift(row.block.id) })),
  };
}

function choicesOf(filters: SecurityFilters) {
  return {
    span: filters.span,
    spanWords: spanInWords(filters.span),
    spans: SPANS.map((span) => ({
      words: spanInWords(span),
      current: span === filters.span,
      href: linkWith(filters, { span, before: null }),
    })),
    reasons: REFUSED_ACTIONS.map((action) => ({
      action,
      words: reasonInWords(action),
      chosen: action === filters.reason,
    })),
    filtered: filters.reason !== null || filters.address !== null,
  };
}
