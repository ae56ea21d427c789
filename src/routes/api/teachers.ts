import { z } from 'zod';
import { disablePersonOf } from '../../commands/disableExternal';
import { putPerson } from '../../commands/putPerson';
import type { User } from '../../models/User';
import { presentTeacher } from '../../presenters/externalPerson';
import { listPeopleOf, requirePersonOf, zoomStatesOf } from '../../queries/externalPeople';
import { paths } from '../paths';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Reply } from './operation';
import { pageOf } from './pages';
import { personContent, personDeleteQuery, personPath, teacher, teacherPutQuery } from './personSchemas';
import { noQuery, pageQuery } from './schemas';

const one = { description: 'The teacher.', schema: teacher, headers: ['ETag'] };
const role = 'teacher' as const;

export const teacherOperations = [
  operation({
    id: 'putTeacher',
    method: 'PUT',
    path: paths.apiTeacher,
    scope: 'people:write',
    summary: 'Make a teacher, or change them',
    description:
      'Send all of them each time. Orders can then name them by `id`. Whoever is new is invited by mail to choose a password and to connect their Zoom account. With another address they sign in by that one, and are signed out everywhere; whoever reads at the former one is told, with no word of the new one.',
    params: personPath,
    query: teacherPutQuery,
    body: personContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: 'The teacher, who is new.' } },
    problems: ['changed_here', 'old_revision', 'address_taken', 'needs_admin', 'changed_meanwhile', 'exists_already'],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      const put = { ...body, ...query, ...conditionsOf(ctx), ...params, customer, role };
      const done = await putPerson(deps, put, origin);
      return teacherReply(done.user, done.created ? 201 : 200, done.notes);
    },
  }),
  operation({
    id: 'getTeacher',
    method: 'GET',
    path: paths.apiTeacher,
    scope: 'people:read',
    summary: 'Read a teacher',
    description: 'As you have put them, or as they have been changed here since.',
    params: personPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ customer, params }) => teacherReply(await requirePersonOf({ ...params, customer, role }), 200),
  }),
  operation({
    id: 'disableTeacher',
    method: 'DELETE',
    path: paths.apiTeacher,
    scope: 'people:write',
    summary: 'Disable a teacher',
    description:
      'They are signed out at once and cannot start a class here. Their coming classes stay theirs and are at risk: give them to another teacher. A PUT with `enable=true` lets them in again. Doing it again changes nothing.',
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
      return teacherReply(done.user, 200, done.notes);
    },
  }),
  operation({
    id: 'listTeachers',
    method: 'GET',
    path: paths.apiTeachers,
    scope: 'people:read',
    summary: 'List your teachers',
    description: 'Those that you have put, in the order in which they were made, a page at a time.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'A page of teachers.', schema: pageOf(teacher) } },
    problems: [],
    handle: async ({ customer, query }) => {
      const rows = await listPeopleOf({ customer, role }, query);
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.id) : null;
      const zoom = await zoomStatesOf(items);
      return { status: 200, body: { items: items.map((user) => presentTeacher(user, zoom.get(user.id)).body), next } };
    },
  }),
];

async function teacherReply(user: User, status: number, notes: readonly string[] = []): Promise<Reply> {
  const zoom = await zoomStatesOf([user]);
  const { body, tag } = presentTeacher(user, zoom.get(user.id), notes);
  return { status, body, headers: { ETag: tag } };
}
