import { cancelClassDateOf } from '../../commands/cancelExternal';
import { putClassDate } from '../../commands/putClassDate';
import type { Deps } from '../../deps';
import type { BookOrder } from '../../models/BookOrder';
import type { ClassDate } from '../../models/ClassDate';
import { presentExternalClassDate } from '../../presenters/externalBooking';
import { listClassDatesOf, requireClassDateOf, requireOrderOf, withClashes } from '../../queries/externalBookings';
import { paths } from '../paths';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Reply } from './operation';
import { pageOf } from './pages';
import {
  cancelQuery,
  classDate,
  classDateChangeQuery,
  classDateContent,
  classDatePath,
  noQuery,
  orderPath,
  pageQuery,
} from './schemas';

const one = { description: 'The class date.', schema: classDate, headers: ['ETag'] };

export const classDateOperations = [
  operation({
    id: 'putClassDate',
    method: 'PUT',
    path: paths.apiClassDate,
    scope: 'orders:write',
    summary: 'Book a class date, or move it',
    description:
      'Say when it is by the clocks of its time zone. The same content again changes nothing and tells nobody. Whoever has been told of another time is told of the new one.',
    params: classDatePath,
    query: classDateChangeQuery,
    body: classDateContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: 'The class date, which is new.' } },
    problems: [
      ...['changed_here', 'old_revision', 'order_cancelled', 'class_is_cancelled', 'class_is_live', 'class_is_over'],
      ...['changed_meanwhile', 'exists_already'],
    ],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      const id = { customer, orderId: params.order, classDateId: params.classDate };
      const done = await putClassDate(deps, { ...body, ...query, ...conditionsOf(ctx), ...id }, origin);
      return classDateReply(deps, done, done.created ? 201 : 200, done);
    },
  }),
  operation({
    id: 'getClassDate',
    method: 'GET',
    path: paths.apiClassDate,
    scope: 'orders:read',
    summary: 'Read a class date',
    description: 'When it is, how it stands, and what became of it.',
    params: classDatePath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ deps, customer, params }) => {
      const id = { customer, orderId: params.order, classDateId: params.classDate };
      return classDateReply(deps, await requireClassDateOf(id), 200);
    },
  }),
  operation({
    id: 'cancelClassDate',
    method: 'DELETE',
    path: paths.apiClassDate,
    scope: 'orders:write',
    summary: 'Cancel a class date',
    description: 'Its doors close, and whoever had been told of it is told. Doing it again changes nothing.',
    params: classDatePath,
    query: cancelQuery,
    body: NO_BODY,
    conditions: ['If-Match'],
    replies: { 200: one },
    problems: ['changed_here', 'old_revision', 'class_is_live', 'class_is_over', 'changed_meanwhile'],
    handle: async ({ ctx, deps, customer, origin, params, query }) => {
      const id = { customer, orderId: params.order, classDateId: params.classDate };
      const revision = query.revision ?? null;
      const done = await cancelClassDateOf(deps, { ...query, revision, ...conditionsOf(ctx), ...id }, origin);
      return classDateReply(deps, done, 200);
    },
  }),
  operation({
    id: 'listClassDates',
    method: 'GET',
    path: paths.apiClassDates,
    scope: 'orders:read',
    summary: 'List the class dates of an order',
    description: 'In the order in which they were booked, a page at a time.',
    params: orderPath,
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'A page of class dates.', schema: pageOf(classDate) } },
    problems: [],
    handle: async ({ deps, customer, params, query }) => {
      const order = await requireOrderOf({ customer, orderId: params.order });
      const rows = await listClassDatesOf(order, query, deps.clock.now());
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.classDate.id) : null;
      return { status: 200, body: { items: items.map((row) => presentExternalClassDate(row).body), next } };
    },
  }),
];

async function classDateReply(
  deps: Deps,
  { order, classDate: row }: { order: BookOrder; classDate: ClassDate },
  status: number,
  told: Parameters<typeof presentExternalClassDate>[1] = {},
): Promise<Reply> {
  const [found] = await withClashes(order, [row], deps.clock.now());
  if (!found) throw new Error('A class date that was found is gone.');
  const { body, tag } = presentExternalClassDate(found, told);
  return { status, body, headers: { ETag: tag } };
}
