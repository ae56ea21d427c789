import type { z } from 'zod';
import type { PushOutcome } from '../domain/pushes';
import type { PushEndpoint } from '../models/PushEndpoint';
import { changedHere, ENDPOINT_FIELDS, endpointDigests, lastSent, tagOf } from '../queries/externalFields';
import type { pushEndpoint as endpointSchema, testOutcome } from '../routes/api/pushEndpointSchemas';
import { outcomeInWords } from './pushEndpoint';

/**
 * An endpoint as the programs of its customer see it, and its ETag.
 *
 * @param secret of one that is new
 */
export function presentExternalPushEndpoint(
  endpoint: PushEndpoint,
  secret: string | null = null,
): { body: z.infer<typeof endpointSchema>; tag: string } {
  const { externalId, url, types, state, offReason, externalRevision, failingSince, lastDeliveredAt } = endpoint;
  const current = endpointDigests({ url, types: types.split(','), enabled: state === 'on' });
  const body = {
    id: externalId ?? '',
    ...{ url, types: types.split(',') as z.infer<typeof endpointSchema>['types'], enabled: state === 'on' },
    offReason: state === 'on' ? null : offReason,
    failingSince: failingSince?.toISOString() ?? null,
    lastDeliveredAt: lastDeliveredAt?.toISOString() ?? null,
    revision: externalRevision,
    changedHere: changedHere(lastSent(endpoint, ENDPOINT_FIELDS), current),
    secret,
  };
  return { body, tag: tagOf(current) };
}

/** What came of a test event, as programs see it. */
export function presentTestOutcome(id: string, outcome: PushOutcome): z.infer<typeof testOutcome> {
  return { id, taken: outcome.ok, status: outcome.status, words: outcomeInWords(outcome) };
}
