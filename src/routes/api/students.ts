import { z } from 'zod';
import { disablePersonOf } from '../../commands/disableExternal';
import { putPerson } from '../../commands/putPerson';
import type { User } from '../../models/User';
import { presentStudent } from '../../presenters/externalPerson';
import { listPeopleOf, requirePersonOf } from '../../queries/externalPeople';
import { paths } from '../paths';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Reply } from './operation';
import { pageOf } from './pages';
import { personContent, personDeleteQuery, personPath, personPutQuery, student } from './personSchemas';
import { noQuery, pageQuery } from './schemas';

const one = { description: 'The student.', schema: student, headers: ['ETag'] };
const role = 'student' as const;

export const studentOperations = [
  operation({
    id: 'putStudent',
    method: 'PUT',
    path: paths.apiStudent,
    scope: 'people:write',
    summary: 'Make a student, or change them',
    description:
      'Send all of them each time. Orders can then name them by `id`. Another address gets join links of its own, and a mail with each where mails had gone out; the former links stop working at once, and whoever reads at the former address is told, with no word of the new one, if anything was ever mailed.',
    params: personPath,
    query: personPutQuery,
    body: personContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: 'The student, who is new.' } },
    problems: ['changed_here', 'old_revision', 'address_taken', 'needs_admin', 'changed_meanwhile', 'exists_already'],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      const put = { ...body, ...query, ...conditionsOf(ctx), ...params, customer, role, notify: false };
      const done = await putPerson(deps, put, origin);
      return studentReply(done.user, done.created ? 201 : 200, done.notes);
    },
  }),
  operation({
    id: 'getStudent',
    method: 'GET',
    path: paths.apiStudent,
    scope: 'people:read',
    summary: 'Read a student',
    description: 'As you have put them, or as they have been changed here since.',
    params: personPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ customer, params }) => studentReply(await requirePersonOf({ ...params, customer, role }), 200),
  }),
  operation({
    id: 'disableStudent',
    method: 'DELETE',
    path: paths.apiStudent,
    scope: 'people:write',
    summary: 'Disable a student',
    description:
      'Their join links stop working at once, and nothing is mailed to them. What they bought stays; a PUT with `enable=true` gives the links back. Doing it again changes nothing.',
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
      return studentReply(done.user, 200, done.notes);
    },
  }),
  operation({
    id: 'listStudents',
    method: 'GET',
    path: paths.apiStudents,
    scope: 'people:read',
    summary: 'List your students',
    description: 'Those that you have put, in the order in which they were made, a page at a time.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'A page of students.', schema: pageOf(student) } },
    problems: [],
    handle: async ({ customer, query }) => {
      const rows = await listPeopleOf({ customer, role }, query);
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.id) : null;
      return { status: 200, body: { items: items.map((user) => presentStudent(user).body), next } };
    },
  }),
];

function studentReply(user: User, status: number, notes: readonly string[] = []): Reply {
  const { body, tag } = presentStudent(user, notes);
  return { status, body, headers: { ETag: tag } };
}
