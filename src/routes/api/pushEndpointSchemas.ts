import { z } from 'zod';
import { OUTCOME_EVENTS } from '../../domain/outcomeEvents';
import { accept, changedHere, externalId, flag, instant, nullable, revision, revisionInQuery } from './schemas';

const URL_MAX = 500;

export const endpointPath = z.strictObject({ endpoint: externalId });
export const endpointSecretPath = endpointPath.extend({
  secret: externalId.meta({ description: 'What you call the secret: another name makes another secret.' }),
});
export const endpointTestPath = endpointPath.extend({
  test: externalId.meta({ description: 'What you call the test: it comes with `test_` and this as its `webhook-id`.' }),
});

const types = z
  .array(z.enum(OUTCOME_EVENTS, 'Send a kind of event.'), 'Send a list of kinds of events.')
  .min(1, 'Send at least one kind of event.');

export const pushEndpointContent = z.strictObject({
  url: z
    .string('Send an address.')
    .max(URL_MAX, `Use at most ${URL_MAX} characters.`)
    .regex(/^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/u, 'Send an address that begins with https://.')
    .meta({
      description: 'Where events go: it begins with https:// and leads to a machine on the public internet.',
      examples: ['https://shop.example/events'],
    }),
  types: nullable(types).meta({ description: 'Which kinds of events; null: those that most want.' }),
  enabled: z
    .boolean('Send true or false.')
    .default(true)
    .meta({ description: 'false: nothing is sent, and what waits is given up.' }),
  revision,
});

export const pushEndpoint = z.object({
  id: externalId,
  url: z.string(),
  types: z.array(z.enum(OUTCOME_EVENTS)),
  enabled: z.boolean(),
  offReason: z.enum(['by_hand', 'gone', 'failing']).nullable().meta({
    description: 'Why it is off. gone: it answered 410. failing: it took nothing for three days.',
  }),
  failingSince: instant.nullable().meta({ description: 'Since when it takes nothing; null: it is well.' }),
  lastDeliveredAt: instant.nullable(),
  revision: z.int().nullable(),
  changedHere,
  secret: z.string().nullable().meta({
    description: 'What it is signed with, in the answer that made the endpoint and in no other.',
  }),
});

export const pushSecret = z.object({
  id: externalId,
  secret: z.string().meta({ description: 'As Standard Webhooks writes it. Keep it to yourself.' }),
  formerUntil: instant
    .nullable()
    .meta({ description: 'Until then the former secret signs as well; null: it does not.' }),
});

export const testOutcome = z.object({
  id: z.string().meta({ description: 'The `webhook-id` it came with.' }),
  taken: z.boolean(),
  status: z.int().nullable().meta({ description: 'What the receiver answered; null: nothing.' }),
  words: z.string().meta({ description: 'What came of it, for people.' }),
});

export const endpointPutQuery = z.strictObject({ accept });

/** Of a DELETE, which has no body. */
export const endpointDeleteQuery = z.strictObject({ revision: revisionInQuery });

export const secretQuery = z.strictObject({
  atOnce: flag
    .transform((value) => value === 'true')
    .meta({ description: 'Others know the former secret: it must sign nothing more.' }),
});
