import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { importClassDates } from '../../commands/importClassDates';
import { CSV_COLUMNS, readClassDateRows, type RowProblem } from '../../commands/readClassDateRows';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { originOf } from '../../middlewares/originOf';
import { parseBody } from '../../middlewares/validate';
import { checkClassDateRows } from '../../queries/checkClassDateRows';
import { findImportClashes } from '../../queries/findImportClashes';
import { render } from '../../views/render';
import { paths } from '../paths';

/** A press books for so long at most: proxies give an answer up after a minute. */
const PRESS_MS = 25_000;
const SHOWN_PROBLEMS = 200;
const SHOWN_CLASHES = 20;

const importSchema = z.object({ csv: z.string('Choose a file, or paste its lines.').default('') });

export function addClassDateImportRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.classDateImport, only('admin'), (ctx) => show(ctx, {}));
  router.post(paths.classDateImportPreview, only('admin'), async (ctx) => {
    const { csv } = parseBody(ctx, importSchema);
    const { rows, problems } = readClassDateRows(csv, deps.clock.now());
    const { toBook, there, problems: more } = await checkClassDateRows(rows);
    const clashes = presentClashes(await findImportClashes(toBook));
    const preview = { toBook: toBook.length, there, clashes };
    show(ctx, { csv, preview, ...presentProblems([...problems, ...more]) });
  });
  router.post(paths.classDateImport, only('admin'), async (ctx) => {
    const { csv } = parseBody(ctx, importSchema);
    const { rows, problems } = readClassDateRows(csv, deps.clock.now());
    const { problems: more, ...done } = await importClassDates(deps, rows, originOf(ctx), { signal: patience(ctx) });
    show(ctx, { csv, done: { ...done, finished: done.left === 0 }, ...presentProblems([...problems, ...more]) });
  });
}

/** Whoever closes the page stops the import after the batch under way; whoever waits long presses again. */
function patience(ctx: AppContext): AbortSignal {
  const gone = new AbortController();
  ctx.res.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, AbortSignal.timeout(PRESS_MS)]);
}

function show(ctx: AppContext, data: Readonly<Record<string, unknown>>): void {
  const columns = CSV_COLUMNS.join(',');
  const example = `${columns}\n17,lesson-1,2027-01-15T10:00,Europe/Berlin,60\nmarketplace:A-1042,lesson-2,2027-01-22T10:00,Europe/Berlin,60`;
  render(ctx, 'admin/classDateImport', { title: 'Import class dates', example, ...data });
}

function presentClashes(lines: readonly number[]) {
  if (lines.length === 0) return null;
  const notShown = lines.length - SHOWN_CLASHES;
  const more = notShown > 0 ? ` and ${notShown} more` : '';
  return { count: lines.length, lines: `${lines.slice(0, SHOWN_CLASHES).join(', ')}${more}` };
}

function presentProblems(problems: readonly RowProblem[]) {
  const sorted = [...problems].sort((one, other) => one.line - other.line);
  const shown = sorted.slice(0, SHOWN_PROBLEMS);
  return { refused: sorted.length, problems: shown, notShown: sorted.length - shown.length };
}
