import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { createUser } from '../../commands/createUser';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { User } from '../../models/User';
import { timeZones } from '../../presenters/timeZones';
import { render } from '../../views/render';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';

const personSchema = z.object({
  role: z.enum(['admin', 'teacher', 'student'], 'Choose what this person is.'),
  firstName: line(80),
  lastName: line(80),
  email: line(254),
  timeZone: line(64),
  password: z.string('Enter a password.').max(1000, 'Use at most 1000 characters.').default(''),
});

export function addPeopleRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.people, only('admin'), (ctx) => showPeople(ctx));
  router.post(paths.people, only('admin'), async (ctx) => {
    await showAgain(ctx, showPeople, async () => {
      const { timeZone, password, ...person } = parseBody(ctx, personSchema);
      const optional = { timeZone: timeZone || null, password: password || null };
      const user = await createUser(deps, { ...person, ...optional }, originOf(ctx));
      redirectWithFlash(ctx, paths.people, `${user.fullName} is here now.`);
    });
  });
}

async function showPeople(ctx: AppContext, form: FormState = {}): Promise<void> {
  const users = await User.findAll({ order: [['id', 'DESC']], limit: 200 });
  render(ctx, 'admin/people', {
    title: 'People',
    zones: timeZones(),
    roles: ['student', 'teacher', 'admin'].map((role) => ({ role, chosen: form.values?.role === role })),
    people: users.map(({ id, fullName, email, role, timeZone, disabledAt }) => ({
      ...{ id, fullName, email, role, timeZone },
      disabled: disabledAt !== null,
    })),
    ...form,
  });
}
