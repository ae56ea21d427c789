import { z } from 'zod';
import { findEvents, type FeedEvent } from '../../queries/findEvents';
import { paths } from '../paths';
import { NO_BODY, operation } from './operation';
import { events, pageQuery, type outcomeEvent } from './schemas';

export const eventOperations = [
  operation({
    id: 'listEvents',
    method: 'GET',
    path: paths.apiEvents,
    scope: 'events:read',
    summary: 'Follow what becomes of classes',
    description:
      'Everything after a place in the feed, in its order. Deal with what you get, then keep `next`, and go on from there: whenever you stop, you miss nothing; what you had not kept comes again under the same id. It stands within seconds of what it tells. Ask again after a few seconds when `more` is false.',
    params: z.strictObject({}),
    query: pageQuery,
    body: NO_BODY,
    replies: { 200: { description: 'What came after.', schema: events } },
    problems: [],
    handle: async ({ deps, customer, query }) => {
      const found = await findEvents(deps.db, customer, { after: query.after, limit: query.limit + 1 });
      const some = found.slice(0, query.limit);
      const next = String(some.at(-1)?.seq ?? query.after);
      return { status: 200, body: { events: some.map(presentEvent), next, more: found.length > some.length } };
    },
  }),
];

function presentEvent(event: FeedEvent): z.infer<typeof outcomeEvent> {
  return {
    id: `evt_${event.id}`,
    type: event.type,
    at: event.createdAt.toISOString(),
    order: event.orderExternalId,
    classDate: event.classDateExternalId,
    data: JSON.parse(event.data) as z.infer<typeof outcomeEvent>['data'],
  };
}
