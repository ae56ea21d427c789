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
import { presentPerson } from '../../presenters/person';
import { timeZones } from '../../presenters/timeZones';
import { countPeople, findPeople, PERSON_STATES, type PeopleFilter } from '../../queries/findPeople';
import { render } from '../../views/render';
import { paths } from '../paths';
import { showAgain, type FormState } from './forms';
import { addPersonRoutes } from './person';

const PAGE = 50;
const PAGE_MAX = 10_000;
const ROLES = ['student', 'teacher', 'admin'] as const;

const personSchema = z.object({
  role: z.enum(['admin', 'teacher', 'student'], 'Choose what this person is.'),
  firstName: line(80),
  lastName: line(80),
  email: line(254),
  timeZone: line(64),
});

/** Whatever is odd in the address asks nothing. */
const filterSchema = z.object({
  person: z.string().trim().min(1).max(254).optional().catch(undefined),
  role: z.enum(ROLES).optional().catch(undefined),
  state: z.enum(PERSON_STATES).optional().catch(undefined),
  page: z.coerce.number().int().min(1).max(PAGE_MAX).catch(1),
});

/** Everybody there is: looking for somebody, and adding somebody. */
export function addPeopleRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.people, only('admin'), (ctx) => showPeople(ctx));
  router.post(paths.people, only('admin'), async (ctx) => {
    await showAgain(ctx, showPeople, async () => {
      const { timeZone, ...person } = parseBody(ctx, personSchema);
      const invite = person.role !== 'student';
      const wanted = { ...person, timeZone: timeZone || null, password: null, invite };
      const user = await createUser(deps, wanted, originOf(ctx));
      const word = invite ? ' An invitation is on its way to them.' : '';
      redirectWithFlash(ctx, paths.people, `${user.fullName} is here now.${word}`);
    });
  });
  addPersonRoutes(router, deps);
}

async function showPeople(ctx: AppContext, form: FormState = {}): Promise<void> {
  const { page, ...filter } = filterSchema.parse(ctx.query);
  const offset = (page - 1) * PAGE;
  const [found, total] = await Promise.all([findPeople(filter, { offset, limit: PAGE + 1 }), countPeople(filter)]);
  const given = givenOf(filter);
  render(ctx, 'admin/people', {
    title: 'People',
    zones: timeZones(),
    roles: ROLES.map((role) => ({ role, chosen: form.values?.['role'] === role, wanted: filter.role === role })),
    states: PERSON_STATES.map((state) => ({ state, wanted: filter.state === state })),
    person: filter.person ?? '',
    filtered: Object.keys(given).length > 0,
    total,
    people: found.slice(0, PAGE).map((user) => presentPerson(user)),
    newer: page > 1 ? peopleWith({ ...given, page: String(page - 1) }) : null,
    older: found.length > PAGE ? peopleWith({ ...given, page: String(page + 1) }) : null,
    ...form,
  });
}

function givenOf(filter: PeopleFilter): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function peopleWith(given: Readonly<Record<string, string>>): string {
  return `${paths.people}?${new URLSearchParams(given).toString()}`;
}
