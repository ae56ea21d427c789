import { z } from 'zod';
import { AppError } from '../../errors';
import { eventName } from '../../push/eventName';
import { findEventHorizon } from '../../queries/findEventHorizon';
import { findEvents, type FeedEvent } from '../../queries/findEvents';
import { isPlaceOfFeed } from '../../queries/isPlaceOfFeed';
import { paths } from '../paths';
import { NO_BODY, operation } from './operation';
import { events, eventsQuery, type outcomeEvent } from './schemas';

export const eventOperations = [
  operation({
    id: 'listEvents',
    method: 'GET',
    path: paths.apiEvents,
    scope: 'events:read',
    summary: 'Follow what becomes of classes',
    description:
      'Everything after a place in the feed, in its order. Deal with what you get, then keep `next`, and go on from there: whenever you stop, you miss nothing; what you had not kept comes again under the same id. It stands within seconds of what it tells. Ask again after a few seconds when `more` is false. Events are kept for three months, unless this site says otherwise.',
    params: z.strictObject({}),
    query: eventsQuery,
    body: NO_BODY,
    replies: { 200: { description: 'What came after.', schema: events } },
    problems: ['cursor_too_old', 'cursor_unknown'],
    handle: async ({ deps, customer, query }) => {
      const { after, limit } = query;
      const found = await findEvents(deps.db, customer, { after: after ?? 0, limit: limit + 1 });
      const isKnown = after === null || (await isPlaceOfFeed(after));
      // Asked for afterwards: what is deleted in this moment was either read just now, or is told of.
      const horizon = await findEventHorizon(deps.db, customer);
      if (after !== null && after < horizon) throw tooOld();
      if (after !== null && after > horizon && !isKnown) throw unknown();
      const some = found.slice(0, limit);
      const next = String(some.at(-1)?.seq ?? Math.max(after ?? 0, horizon));
      return { status: 200, body: { events: some.map(presentEvent), next, more: found.length > some.length } };
    },
  }),
];

function tooOld(): AppError {
  const message =
    'Events after this place are kept no more. Begin again without “after”, and read what your class dates are now.';
  return new AppError(410, 'cursor_too_old', message);
}

/** Readers are given places of events, of the horizon, or 0; another one was given out by rows that are not there any more. */
function unknown(): AppError {
  const message =
    'This feed does not have this place: it is of another site, or this one was put back to a backup from before it. Begin again without “after”, and read what your class dates are now.';
  return new AppError(410, 'cursor_unknown', message);
}

function presentEvent(event: FeedEvent): z.infer<typeof outcomeEvent> {
  return {
    id: eventName(event),
    type: event.type,
    at: event.createdAt.toISOString(),
    order: event.orderExternalId,
    classDate: event.classDateExternalId,
    data: JSON.parse(event.data) as z.infer<typeof outcomeEvent>['data'],
  };
}
