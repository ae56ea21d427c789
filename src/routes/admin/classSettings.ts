import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { saveClassSettings } from '../../commands/saveClassSettings';
import { remindersInWords } from '../../domain/furtherReminders';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { findClassTimeSettings } from '../../queries/findZoomSettings';
import { render } from '../../views/render';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

// What is no number becomes NaN, which the command refuses in words.
const minutes = line(20).transform((text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN));

const settingsSchema = z.object({
  leadMinutes: minutes,
  graceMinutes: minutes,
  watchMinutes: minutes,
  settleMinutes: minutes,
  furtherReminders: line(100),
  lateMinutes: minutes,
  presentMinutes: minutes,
});

const FIELDS = [
  { name: 'leadMinutes', label: 'The room opens', hint: 'minutes before the start; the reminders go out then' },
  {
    name: 'furtherReminders',
    label: 'Further reminders',
    hint: 'how long before the start, such as 24 h, 2 h; empty for none',
  },
  { name: 'graceMinutes', label: 'The doors close', hint: 'minutes after the planned end' },
  {
    name: 'watchMinutes',
    label: 'The teacher is written to',
    hint: 'minutes after the start, where they have not started',
  },
  {
    name: 'settleMinutes',
    label: 'Attendance is settled',
    hint: 'minutes after the end; Zoom repeats its messages for 85 minutes',
  },
  { name: 'lateMinutes', label: 'Late is who comes', hint: 'more than so many minutes after the start' },
  { name: 'presentMinutes', label: 'Absent is who is there', hint: 'for fewer minutes than these' },
] as const;

/** The times of a class and the thresholds of attendance, for classes that are booked from now on. */
export function addClassSettingsRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.classSettings, only('admin'), (ctx) => show(ctx));
  router.post(paths.classSettings, only('admin'), async (ctx) => {
    await showAgain(ctx, show, async () => {
      const changed = await saveClassSettings(deps, parseBody(ctx, settingsSchema), originOf(ctx));
      const word = changed ? 'Saved, for classes that are booked from now on.' : 'Nothing was different.';
      redirectWithFlash(ctx, paths.classSettings, word);
    });
  });
}

async function show(ctx: AppContext, form: FormState = {}): Promise<void> {
  const settings = await findClassTimeSettings();
  const saved = { ...settings, furtherReminders: remindersInWords(settings.furtherReminders) };
  render(ctx, 'admin/classSettings', {
    ...form,
    title: 'Settings of classes',
    fields: FIELDS.map((field) => ({
      inputmode: field.name === 'furtherReminders' ? 'text' : 'numeric',
      ...field,
      value: form.values?.[field.name] ?? saved[field.name],
      error: form.errorOf?.[field.name],
    })),
  });
}
