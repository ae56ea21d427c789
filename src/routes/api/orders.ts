import { z } from 'zod';
import { cancelOrderOf } from '../../commands/cancelExternal';
import type { BuyerRef, TeacherRef } from '../../commands/findOrAddBuyer';
import { putOrder } from '../../commands/putOrder';
import type { BookOrder } from '../../models/BookOrder';
import { presentExternalOrder } from '../../presenters/externalBooking';
import { listOrdersOf, requireOrderOf, withPeople } from '../../queries/externalBookings';
import { paths } from '../paths';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Reply } from './operation';
import { pageOf } from './pages';
import { cancelQuery, changeQuery, noQuery, order, orderContent, orderPath, pageQuery } from './schemas';

const ETAG = ['ETag'];
const one = { description: 'The order.', schema: order, headers: ETAG };

export const orderOperations = [
  operation({
    id: 'putOrder',
    method: 'PUT',
    path: paths.apiOrder,
    scope: 'orders:write',
    summary: 'Make an order, or change it',
    description:
      'Send all of it each time. The same content again changes nothing and tells nobody. What differs is changed in one commit; guests who are new get their links, those left out lose theirs.',
    params: orderPath,
    query: changeQuery,
    body: orderContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: 'The order, which is new.' } },
    problems: [
      'changed_here',
      'old_revision',
      'order_cancelled',
      'class_is_live',
      'changed_meanwhile',
      'exists_already',
    ],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      const put = { ...body, ...query, ...conditionsOf(ctx), teacher: teacherRef(body), buyer: buyerRef(body) };
      const done = await putOrder(deps, { ...put, customer, orderId: params.order }, origin);
      return orderReply(done.order, done.created ? 201 : 200, done.notes);
    },
  }),
  operation({
    id: 'getOrder',
    method: 'GET',
    path: paths.apiOrder,
    scope: 'orders:read',
    summary: 'Read an order',
    description: 'With everybody who takes part, as they are named in other calls.',
    params: orderPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ customer, params }) => orderReply(await requireOrderOf({ customer, orderId: params.order }), 200),
  }),
  operation({
    id: 'cancelOrder',
    method: 'DELETE',
    path: paths.apiOrder,
    scope: 'orders:write',
    summary: 'Cancel an order',
    description: 'All its class dates that are still to come are cancelled with it. Doing it again changes nothing.',
    params: orderPath,
    query: cancelQuery,
    body: NO_BODY,
    conditions: ['If-Match'],
    replies: { 200: one },
    problems: ['old_revision', 'class_is_live', 'changed_meanwhile'],
    handle: async ({ ctx, deps, customer, origin, params, query }) => {
      const revision = query.revision ?? null;
      const put = { ...query, revision, ...conditionsOf(ctx), customer, orderId: params.order };
      return orderReply(await cancelOrderOf(deps, put, origin), 200);
    },
  }),
  operation({
    id: 'listOrders',
    method: 'GET',
    path: paths.apiOrders,
    scope: 'orders:read',
    summary: 'List your orders',
    description: 'In the order in which they were made, a page at a time.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'A page of orders.', schema: pageOf(order) } },
    problems: [],
    handle: async ({ customer, query }) => {
      const rows = await listOrdersOf(customer, query);
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.order.id) : null;
      return { status: 200, body: { items: items.map((row) => presentExternalOrder(row).body), next } };
    },
  }),
];

type Content = z.infer<typeof orderContent>;

function teacherRef({ teacher }: Content): TeacherRef {
  return 'id' in teacher ? { externalId: teacher.id } : teacher;
}

function buyerRef({ buyer }: Content): BuyerRef {
  return 'id' in buyer ? { externalId: buyer.id } : buyer;
}

async function orderReply(row: BookOrder, status: number, notes: readonly string[] = []): Promise<Reply> {
  const [found] = await withPeople([row]);
  if (!found) throw new Error('An order that was found is gone.');
  const { body, tag } = presentExternalOrder(found, { notes });
  return { status, body, headers: { ETag: tag } };
}
