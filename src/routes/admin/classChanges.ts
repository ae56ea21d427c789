import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { cancelClass } from '../../commands/cancelClass';
import type { ClassChange, ClassEdit } from '../../commands/changeClass';
import { changeTeacher } from '../../commands/changeTeacher';
import { reopenClass } from '../../commands/reopenClass';
import { rescheduleClass } from '../../commands/rescheduleClass';
import type { Deps } from '../../deps';
import type { ClassEditKind } from '../../domain/classEdits';
import { AppError, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody, typedValues } from '../../middlewares/validate';
import type { ClassDate } from '../../models/ClassDate';
import { doneInWords, presentClassEdit } from '../../presenters/classEdit';
import { timeZones } from '../../presenters/timeZones';
import { findClassEdit, type ClassToEdit } from '../../queries/findClassEdit';
import { listActive } from '../../queries/listActive';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { askingForce, choices, chosenId, minutes, tickedIn, toldSchema, versionSchema } from './editForm';
import { showAgain, type FormState } from './forms';

type Done = ClassChange & { readonly notes?: readonly string[] };

interface Change {
  readonly kind: ClassEditKind;
  readonly path: string;
  readonly act: (deps: Deps, ctx: AppContext, edit: ClassEdit) => Promise<Done>;
}

const scheduleSchema = z.object({ date: line(10), time: line(5), timeZone: line(64), durationMinutes: minutes });
const teacherSchema = z.object({ teacherId: chosenId('Choose a teacher.') });

function schedule(ctx: AppContext) {
  const { date, time, timeZone, durationMinutes } = parseBody(ctx, scheduleSchema);
  return { localStart: `${date}T${time}`, timeZone, durationMinutes };
}

const CHANGES: readonly Change[] = [
  {
    kind: 'schedule',
    path: paths.classDateSchedule(':id'),
    act: (deps, ctx, edit) => rescheduleClass(deps, { ...edit, ...schedule(ctx) }, originOf(ctx)),
  },
  {
    kind: 'teacher',
    path: paths.classDateTeacher(':id'),
    act: (deps, ctx, edit) => changeTeacher(deps, { ...edit, ...parseBody(ctx, teacherSchema) }, originOf(ctx)),
  },
  {
    kind: 'cancellation',
    path: paths.classDateCancellation(':id'),
    act: (deps, ctx, edit) => cancelClass(deps, edit, originOf(ctx)),
  },
  {
    kind: 'reopening',
    path: paths.classDateReopening(':id'),
    act: (deps, ctx, edit) => reopenClass(deps, { ...edit, ...schedule(ctx) }, originOf(ctx)),
  },
];

/** Changing a class date: each change on a page that says whom and what it touches, before it is done. */
export function addClassChangeRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  for (const change of CHANGES) {
    router.get(change.path, only('admin'), async (ctx) => show(ctx, change, await find(ctx, change)));
    router.post(change.path, only('admin'), (ctx) => carryOut(deps, ctx, change));
  }
}

async function carryOut(deps: Deps, ctx: AppRouterContext, change: Change): Promise<void> {
  const { classDate } = await find(ctx, change);
  const showForm = async (_: AppContext, form: FormState) => show(ctx, change, await find(ctx, change), form);
  try {
    await showAgain(ctx, showForm, () => save(deps, ctx, change, classDate.id), { localStart: 'date' });
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 409) throw error;
    if (error.code === 'changed_meanwhile') await showConflict(ctx, change, error);
    else redirectWithFlash(ctx, paths.classDate(classDate.id), error.message, 'bad');
  }
}

async function save(deps: Deps, ctx: AppRouterContext, { kind, act }: Change, classDateId: number): Promise<void> {
  const { notify, force } = parseBody(ctx, toldSchema);
  const { version: expectedVersion } = parseBody(ctx, versionSchema);
  const edit = { classDateId, expectedVersion, notify, force };
  const { changed, notes = [] } = await askingForce(() => act(deps, ctx, edit));
  const words = changed ? [doneInWords(kind), ...notes] : ['It was so already; nothing has changed.'];
  redirectWithFlash(ctx, paths.classDate(classDateId), words.join(' '));
}

/** Both are shown, how the class is now and what was entered; the form carries the version of now. */
async function showConflict(ctx: AppRouterContext, change: Change, { message, status }: AppError): Promise<void> {
  const edit = await find(ctx, change);
  const typed = typedValues(ctx);
  const { date, time, timeZone, durationMinutes } = typed;
  const wanted =
    date === undefined ? null : `${date} ${time ?? ''} (${timeZone ?? ''}), ${durationMinutes ?? ''} minutes`;
  const values = { ...typed, version: String(edit.classDate.version) };
  await show(ctx, change, edit, { values }, { message, wanted });
  ctx.status = status;
}

interface Conflict {
  readonly message: string;
  readonly wanted: string | null;
}

async function show(
  ctx: AppRouterContext,
  { kind }: Change,
  edit: ClassToEdit,
  form: FormState = {},
  conflict: Conflict | null = null,
): Promise<void> {
  const { classDate } = edit;
  const typed = form.values;
  render(ctx, 'admin/classEdit', {
    ...presentClassEdit(kind, edit, ctx.state.user?.timeZone ?? null),
    ...form,
    ...tickedIn(typed),
    // A form that is shown again is still about the class as it was when it was opened.
    version: typed?.['version'] ?? classDate.version,
    values: { ...valuesOf(classDate), ...typed },
    conflict,
    teachers: kind === 'teacher' ? await othersThan(classDate, typed) : [],
    zones: timeZones(),
  });
}

async function othersThan({ teacherId }: ClassDate, typed: FormState['values']) {
  const others = (await listActive('teacher')).filter(({ id }) => id !== teacherId);
  return choices(others, typed?.['teacherId']);
}

function valuesOf({ localStart, timeZone, durationMinutes }: ClassDate): Record<string, string> {
  const [date = '', time = ''] = localStart.split('T');
  return { date, time, timeZone, durationMinutes: String(durationMinutes) };
}

async function find(ctx: AppRouterContext, { kind }: Change): Promise<ClassToEdit> {
  const edit = await findClassEdit(idOf(ctx), kind);
  if (!edit) throw new NotFoundError('There is no such class date.');
  return edit;
}
