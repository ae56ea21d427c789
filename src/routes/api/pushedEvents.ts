import { z } from 'zod';
import { TEST_EVENT } from '../../commands/sendTestPush';
import { OUTCOME_EVENTS } from '../../domain/outcomeEvents';
import { instant, outcomeEvent } from './schemas';

type Json = Readonly<Record<string, unknown>>;

/** What an endpoint is sent: the same as the feed tells, and nothing of a person. */
export const pushedEvent = z.object({
  type: z.enum(OUTCOME_EVENTS),
  timestamp: instant.meta({ description: 'When it came to be so.' }),
  data: outcomeEvent.shape.data.extend({
    id: z.string().meta({ description: 'The event, as the feed names it; the same as in `webhook-id`.' }),
    order: outcomeEvent.shape.order,
    classDate: outcomeEvent.shape.classDate,
  }),
});

const testEvent = z.object({ type: z.literal(TEST_EVENT), timestamp: instant, data: z.object({}) });

const HEADERS = {
  'webhook-id': 'Names the event. It is the same at every try, and when it is pushed again: deal with each id once.',
  'webhook-timestamp': 'When it was sent, in seconds since 1970. Refuse what is older than five minutes.',
  'webhook-signature':
    '`v1,` and the base64 of the HMAC-SHA256 over `id.timestamp.body`; several with spaces between while a secret is changed.',
} as const;

const DESCRIPTION =
  'Signed as Standard Webhooks (https://www.standardwebhooks.com) has it. Ids and what became of the class only: no names, no addresses, no links. Answer 2xx within 15 seconds, then deal with it. Anything else, a redirect too, is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h, or when the `Retry-After` of a 429 or 503 says, if that is later (a day at most); after three days it is given up, and an endpoint that took nothing for so long is switched off, unless there was but one event. 410 switches it off at once.';

/** The part of the OpenAPI document that tells what comes to an endpoint; one entry a kind of event. */
export function webhooksOf(reference: (schema: z.ZodType) => Json): Json {
  const entry = (type: string, schema: z.ZodType) => ({
    post: {
      operationId: `on ${type}`,
      summary: type === TEST_EVENT ? 'Sent at somebody’s word, to try an endpoint out' : `Pushed: ${type}`,
      description: DESCRIPTION,
      // Nobody proves themselves with a key there; the signature says that it is ours.
      security: [],
      parameters: Object.entries(HEADERS).map(([name, description]) => ({
        ...{ name, in: 'header', required: true, description },
        schema: { type: 'string' },
      })),
      requestBody: { required: true, content: { 'application/json': { schema: reference(schema) } } },
      responses: {
        '2XX': { description: 'It was taken.' },
        '410': { description: 'The endpoint is gone; nothing more is sent to it.' },
        default: { description: 'It is sent again later, under the same id.' },
      },
    },
  });
  return Object.fromEntries([
    ...OUTCOME_EVENTS.map((type) => [type, entry(type, pushedEvent)] as const),
    [TEST_EVENT, entry(TEST_EVENT, testEvent)] as const,
  ]);
}
