import { z } from 'zod';
import { deleteEndpointOf } from '../../commands/deleteEndpointOf';
import { putPushEndpoint } from '../../commands/putPushEndpoint';
import { rotatePushSecret } from '../../commands/rotatePushSecret';
import { sendTestPush } from '../../commands/sendTestPush';
import { PUSHED_BY_DEFAULT } from '../../domain/pushes';
import type { PushEndpoint } from '../../models/PushEndpoint';
import { presentExternalPushEndpoint, presentTestOutcome } from '../../presenters/externalPushEndpoint';
import { listEndpointsOf, requireEndpointOf } from '../../queries/externalPushEndpoints';
import { paths } from '../paths';
import { conditionsOf } from './conditions';
import { NO_BODY, operation, type Reply } from './operation';
import { pageOf } from './pages';
import {
  endpointDeleteQuery,
  endpointPath,
  endpointPutQuery,
  endpointSecretPath,
  endpointTestPath,
  pushEndpoint,
  pushEndpointContent,
  pushSecret,
  secretQuery,
  testOutcome,
} from './pushEndpointSchemas';
import { noQuery, pageQuery } from './schemas';

const one = { description: 'The endpoint.', schema: pushEndpoint, headers: ['ETag'] };
const named = { description: 'The secret.', schema: pushSecret };

export const pushEndpointOperations = [
  operation({
    id: 'putPushEndpoint',
    method: 'PUT',
    path: paths.apiPushEndpoint,
    scope: 'push-endpoints:write',
    summary: 'Have events pushed to an address, or change it',
    description:
      'Send all of it each time. One that is new hears what happens from then on; the answer has its signing secret this once. What waits goes to a new address at once. One that went off by itself, or was switched off here, is switched on with `enabled` and `accept=enabled`; what it missed is in the feed.',
    params: endpointPath,
    query: endpointPutQuery,
    body: pushEndpointContent,
    conditions: ['If-Match', 'If-None-Match'],
    replies: { 200: one, 201: { ...one, description: 'The endpoint, which is new.' } },
    problems: ['changed_here', 'old_revision', 'too_many_endpoints', 'changed_meanwhile', 'exists_already'],
    handle: async ({ ctx, deps, customer, origin, params, query, body }) => {
      const content = { ...body, types: body.types ?? PUSHED_BY_DEFAULT };
      const put = { ...content, ...query, ...conditionsOf(ctx), customer, externalId: params.endpoint };
      const { endpoint, created, secret } = await putPushEndpoint(deps, put, origin);
      return reply(endpoint, created ? 201 : 200, secret);
    },
  }),
  operation({
    id: 'getPushEndpoint',
    method: 'GET',
    path: paths.apiPushEndpoint,
    scope: 'push-endpoints:read',
    summary: 'Read an endpoint',
    description: 'As you have put it, or as it has been changed here since; and how it stands with it.',
    params: endpointPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: one },
    problems: [],
    handle: async ({ customer, params }) => reply(await requireEndpointOf({ customer, externalId: params.endpoint })),
  }),
  operation({
    id: 'deletePushEndpoint',
    method: 'DELETE',
    path: paths.apiPushEndpoint,
    scope: 'push-endpoints:write',
    summary: 'Delete an endpoint',
    description:
      'Nothing is sent to it any more, and what waits for it goes with it, and so does your count of its changes: a `PUT` that comes after it makes a new one. One that comes before it is done keeps the endpoint as it is put, and this is answered 412. The answer is how it was.',
    params: endpointPath,
    query: endpointDeleteQuery,
    body: NO_BODY,
    conditions: ['If-Match'],
    replies: { 200: one },
    problems: ['old_revision', 'changed_meanwhile'],
    handle: async ({ ctx, deps, customer, origin, params, query }) => {
      const revision = query.revision ?? null;
      const put = { ...conditionsOf(ctx), revision, customer, externalId: params.endpoint };
      return reply(await deleteEndpointOf(deps, put, origin));
    },
  }),
  operation({
    id: 'listPushEndpoints',
    method: 'GET',
    path: paths.apiPushEndpoints,
    scope: 'push-endpoints:read',
    summary: 'List your endpoints',
    description: 'Those that you have put, in the order in which they were made, a page at a time.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'A page of endpoints.', schema: pageOf(pushEndpoint) } },
    problems: [],
    handle: async ({ customer, query }) => {
      const rows = await listEndpointsOf(customer, query);
      const items = rows.slice(0, query.limit);
      const next = rows.length > query.limit ? String(items.at(-1)?.id) : null;
      return { status: 200, body: { items: items.map((row) => presentExternalPushEndpoint(row).body), next } };
    },
  }),
  operation({
    id: 'putPushSecret',
    method: 'PUT',
    path: paths.apiPushSecret,
    scope: 'push-endpoints:write',
    summary: 'Give an endpoint a new signing secret',
    description:
      'For a day the former one signs as well. The same name again, while it is the latest, answers with the same secret and makes none; so a lost answer does no harm.',
    params: endpointSecretPath,
    query: secretQuery,
    body: NO_BODY,
    replies: { 200: named, 201: { ...named, description: 'The secret, which is new.' } },
    problems: [],
    handle: async ({ deps, customer, origin, params, query }) => {
      const { id } = await requireEndpointOf({ customer, externalId: params.endpoint });
      const rotation = { id, name: params.secret, atOnce: query.atOnce };
      const { secret, created, formerUntil } = await rotatePushSecret(deps, rotation, origin);
      const body = { id: params.secret, secret, formerUntil: formerUntil?.toISOString() ?? null };
      return { status: created ? 201 : 200, body };
    },
  }),
  operation({
    id: 'putPushTest',
    method: 'PUT',
    path: paths.apiPushTest,
    scope: 'push-endpoints:write',
    summary: 'Send an endpoint a test event',
    description:
      'A signed `endpoint.test`, which tells of nothing, also to one that is off. The same name again sends it again, under the same `webhook-id`. Once a test is taken, all that waits goes out.',
    params: endpointTestPath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: { description: 'What came of it.', schema: testOutcome } },
    problems: [],
    handle: async ({ deps, customer, origin, params }) => {
      const { id } = await requireEndpointOf({ customer, externalId: params.endpoint });
      const name = `test_${params.test}`;
      return { status: 200, body: presentTestOutcome(name, await sendTestPush(deps, id, origin, name)) };
    },
  }),
];

function reply(endpoint: PushEndpoint, status = 200, secret: string | null = null): Reply {
  const { body, tag } = presentExternalPushEndpoint(endpoint, secret);
  return { status, body, headers: { ETag: tag } };
}
