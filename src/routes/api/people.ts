import { z } from 'zod';
import { disablePersonOf } from '../../commands/disableExternal';
import { putPerson } from '../../commands/putPerson';
import type { User } from '../../models/User';
import { listPeopleOf, requirePersonOf, type ExternalRole } from '../../queries/externalPeople';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Operation, type Reply } from './operation';
import { pageOf } from './pages';
import {
  personContent,
  personDeleteQuery,
  personPath,
  type personPutQuery,
  type student,
  type teacher,
  type teacherPutQuery,
} from './personSchemas';
import { noQuery, pageQuery } from './schemas';

/** A person as programs see them, and their ETag. */
interface Presented {
  readonly body: z.infer<typeof student>;
  readonly tag: string;
}

/** What there is to say of people of one role, and what only they have. */
interface PersonWords {
  /** of one, and of all of a customer's */
  readonly paths: { readonly one: string; readonly all: string };
  readonly schema: typeof student | typeof teacher;
  readonly putQuery: typeof personPutQuery | typeof teacherPutQuery;
  /** what becomes of somebody who is put */
  readonly put: string;
  /** what becomes of somebody who is disabled */
  readonly disabled: string;
  /** in the order in which they are given; each with the notes */
  present(users: readonly User[], notes?: readonly string[]): Promise<Presented[]>;
}

interface People extends PersonWords {
  readonly role: ExternalRole;
  /** as it stands in the names of operations */
  readonly Role: string;
  readonly one: { readonly description: string; readonly schema: z.ZodType; readonly headers: readonly string[] };
}

/** What programs do with a marketplace's own people: the same for each role, but for what the words say. */
export function personOperations(role: ExternalRole, words: PersonWords): Operation[] {
  const one = { description: `The ${role}.`, schema: words.schema, headers: ['ETag'] };
  const people = { ...words, role, Role: `${role[0]?.toUpperCase()}${role.slice(1)}`, one };
  return [putOf(people), getOf(people), disableOf(people), listOf(people)];
}

function putOf({ role, Role, one, ...words }: People): Operation {
  return operation({
    id: `put${Role}`,
    method: 'PUT',
    path: words.paths.one,
    scope: 'people:write',
    summary: `Make a ${role}, or change them`,
    description: `Send all of them each time. Orders can then name them by \`id\`. ${words.put}`,
    params: personPath,
    query: words.putQuery,
    body: personContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: `The ${role}, who is new.` } },
    problems: ['changed_here', 'old_revision', 'address_taken', 'needs_admin', 'changed_meanwhile', 'exists_already'],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      // Nobody is mailed of a role whose calls do not say so.
      const put = { notify: false, ...body, ...query, ...conditionsOf(ctx), ...params, customer, role };
      const done = await putPerson(deps, put, origin);
      return reply(words, done.user, { status: done.created ? 201 : 200, notes: done.notes });
    },
  });
}

function getOf({ role, Role, one, ...words }: People): Operation {
  return operation({
    id: `get${Role}`,
    method: 'GET',
    path: words.paths.one,
    scope: 'people:read',
    summary: `Read a ${role}`,
    description: 'As you have put them, or as they have been changed here since.',
    params: personPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ customer, params }) => reply(words, await requirePersonOf({ ...params, customer, role })),
  });
}

function disableOf({ role, Role, one, ...words }: People): Operation {
  return operation({
    id: `disable${Role}`,
    method: 'DELETE',
    path: words.paths.one,
    scope: 'people:write',
    summary: `Disable a ${role}`,
    description: `${words.disabled} Doing it again changes nothing.`,
    params: personPath,
    query: personDeleteQuery,
    body: NO_BODY,
    conditions: ['If-Match'],
    replies: { 200: one },
    problems: ['changed_here', 'old_revision', 'needs_admin', 'changed_meanwhile'],
    handle: async ({ ctx, deps, customer, origin, params, query }) => {
      const revision = query.revision ?? null;
      const put = { ...query, revision, ...conditionsOf(ctx), ...params, customer, role };
      const done = await disablePersonOf(deps, put, origin);
      return reply(words, done.user, { notes: done.notes });
    },
  });
}

function listOf({ role, Role, ...words }: People): Operation {
  return operation({
    id: `list${Role}s`,
    method: 'GET',
    path: words.paths.all,
    scope: 'people:read',
    summary: `List your ${role}s`,
    description: 'Those that you have put, in the order in which they were made, a page at a time.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: `A page of ${role}s.`, schema: pageOf(words.schema) } },
    problems: [],
    handle: async ({ customer, query }) => {
      const rows = await listPeopleOf({ customer, role }, query);
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.id) : null;
      const presented = await words.present(items);
      return { status: 200, body: { items: presented.map(({ body }) => body), next } };
    },
  });
}

interface Told {
  readonly status?: number;
  readonly notes?: readonly string[];
}

async function reply(
  { present }: Pick<PersonWords, 'present'>,
  user: User,
  { status = 200, notes = [] }: Told = {},
): Promise<Reply> {
  const [shown] = await present([user], notes);
  return { status, body: shown?.body, headers: { ETag: shown?.tag ?? '' } };
}
