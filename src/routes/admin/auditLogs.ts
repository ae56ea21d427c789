import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { writeAudit } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { originOf } from '../../middlewares/originOf';
import { AUDIT_CSV_HEAD, auditCsvRow, auditLogsWith, presentAudit, presentCounts } from '../../presenters/audit';
import { presentAuditCheck } from '../../presenters/auditCheck';
import { ACTION_WORDS, ENTITY_WORDS } from '../../presenters/auditWords';
import { csvStream } from '../../presenters/csv';
import { checkAuditLog } from '../../queries/checkAuditLog';
import {
  countAudits,
  eachAuditBatch,
  findAudits,
  findClassesOf,
  newestAuditId,
  type AuditFilter,
} from '../../queries/findAudits';
import { render } from '../../views/render';
import { paths } from '../paths';
import { parseAuditFilter, type ParsedFilter } from './auditFilter';

const PAGE = 50;
const EXPORT_BATCH = 1_000;

/** Proxies give a page half a minute or more. */
const CHECK_MS = 20_000;

/** Who did what, when and from where: looking, taking it along as a file, and checking that nobody has touched it. */
export function addAuditLogRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.auditLogs, only('admin'), async (ctx) => {
    const parsed = await parse(ctx);
    if (parsed.errors.length > 0) return showErrors(ctx, parsed);
    await showLog(ctx, parsed);
  });
  router.get(paths.auditExport, only('admin'), async (ctx) => {
    const parsed = await parse(ctx);
    if (parsed.errors.length > 0) return showErrors(ctx, parsed);
    await exportLog(deps, ctx, parsed);
  });
  router.post(paths.auditCheck, only('admin'), async (ctx) => {
    const checked = await checkAuditLog(deps, { withinMs: CHECK_MS });
    const { rows, complete, broken } = checked;
    const metadata = { rows, complete, ...(broken ? { fault: broken.fault } : {}) };
    await writeAudit(deps, originOf(ctx), { action: 'audit_checked', metadata }, null);
    await showLog(ctx, await parse(ctx), { checked: presentAuditCheck(checked) });
  });
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}

function parse(ctx: AppContext): Promise<ParsedFilter> {
  return parseAuditFilter(ctx.query, zoneOf(ctx));
}

async function showLog(ctx: AppContext, { values, before, filter }: ParsedFilter, more: object = {}): Promise<void> {
  const [found, counts] = await Promise.all([findAudits(filter, before, PAGE + 1), countAudits(filter)]);
  const rows = found.slice(0, PAGE);
  const last = rows.at(-1);
  const classes = await findClassesOf(rows);
  const given = givenOf(values);
  render(ctx, 'admin/auditLogs', {
    ...formOf(ctx, values),
    rows: rows.map((row) => presentAudit(row, classes, zoneOf(ctx))),
    ...presentCounts(counts, given),
    filtered: Object.keys(given).length > 0,
    exportHref: `${paths.auditExport}?${new URLSearchParams(given).toString()}`,
    newest: before === null ? null : auditLogsWith(given),
    older: found.length > PAGE && last ? auditLogsWith({ ...given, before: String(last.audit.id) }) : null,
    ...more,
  });
}

function showErrors(ctx: AppContext, { values, errors }: ParsedFilter): void {
  const errorOf = Object.fromEntries([...errors].reverse().map(({ field, message }) => [field, message]));
  render(ctx, 'admin/auditLogs', {
    ...formOf(ctx, values),
    ...{ errors, errorOf },
    errorsTitle: 'The log cannot be shown so',
  });
  ctx.status = 400;
}

function formOf(ctx: AppContext, values: ParsedFilter['values']) {
  const choices = (words: Readonly<Record<string, string>>, chosen: string | undefined) =>
    Object.entries(words).map(([value, label]) => ({ value, label, chosen: value === chosen }));
  return {
    title: 'Audit log',
    values,
    zone: zoneOf(ctx),
    actions: choices(ACTION_WORDS, values['action']),
    entityTypes: choices(ENTITY_WORDS, values['entityType']),
  };
}

/** The filter as it goes on into links: without what was left empty, and without the part of the log. */
function givenOf(values: ParsedFilter['values']): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => name !== 'before' && value !== ''));
}

/** What goes into the file is fixed before its first byte: the rows that are there now. */
async function exportLog(deps: Deps, ctx: AppContext, { values, filter }: ParsedFilter): Promise<void> {
  const before = (await newestAuditId()) + 1;
  ctx.attachment(`audit-log-${deps.clock.now().toISOString().slice(0, 10)}.csv`);
  ctx.type = 'text/csv; charset=utf-8';
  if (ctx.method === 'HEAD') return void (ctx.status = 200);
  const { total } = await countAudits(filter, before);
  const metadata = { rows: total, filters: Object.keys(givenOf(values)).join(',') };
  await writeAudit(deps, originOf(ctx), { action: 'audit_exported', metadata }, null);
  const file = csvStream(AUDIT_CSV_HEAD, csvRows(filter, before));
  file.once('error', (error) => {
    deps.logger.error({ requestId: ctx.state.requestId, err: error }, 'export broke off');
    // The status has long been sent: only a connection that breaks tells the reader that the file is not whole.
    ctx.res.destroy();
  });
  ctx.body = file;
}

async function* csvRows(filter: AuditFilter, before: number) {
  for await (const rows of eachAuditBatch(filter, before, EXPORT_BATCH)) yield rows.map((row) => auditCsvRow(row));
}
