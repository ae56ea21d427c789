import type { OffReason, PushFailure, PushOutcome } from '../domain/pushes';
import type { PushState } from '../models/PushDelivery';
import type { PushEndpoint } from '../models/PushEndpoint';
import { eventName } from '../push/eventName';
import type { PushDeliveryRow, PushEndpointRow } from '../queries/findPushEndpoints';
import { formatMoment } from './classTime';

const FAILURE_WORDS: Readonly<Record<PushFailure, string>> = {
  status: 'it answered with an error',
  redirect: 'it redirects elsewhere, which is not followed',
  gone: 'it answered 410: it is gone',
  timeout: 'it did not answer within 15 seconds',
  no_connection: 'no connection came about',
  no_address: 'its name leads to no address',
  private_address: 'it leads to an address that is not of the public internet',
  bad_certificate: 'its certificate is no good',
  not_https: 'its address does not begin with https://',
  secret_unreadable: 'its signing secret cannot be read: a key is missing from ENCRYPTION_KEYS',
  switched_off: 'the endpoint was switched off',
};

const OFF_WORDS: Readonly<Record<OffReason, string>> = {
  by_hand: 'switched off',
  gone: 'switched off: it answered 410 (gone)',
  failing: 'switched off: it took none of what it was sent for three days',
};

const STATE_WORDS: Readonly<Record<PushState, { readonly word: string; readonly tone: string }>> = {
  queued: { word: 'waiting', tone: '' },
  delivered: { word: 'delivered', tone: 'good' },
  failed: { word: 'given up', tone: 'bad' },
};

type Zone = string;

function momentIn(zone: Zone) {
  return (instant: Date | null) => (instant === null ? null : formatMoment(instant, zone));
}

/** What came of one call, in a sentence. */
export function outcomeInWords(outcome: PushOutcome): string {
  return outcome.ok ? `It was taken (${outcome.status}).` : `It was not taken: ${failureInWords(outcome)}.`;
}

function failureInWords({ failure, status }: { failure: PushFailure; status: number | null }): string {
  return status === null || failure === 'gone' ? FAILURE_WORDS[failure] : `${FAILURE_WORDS[failure]} (${status})`;
}

/** An endpoint for the pages and the command line, without its secret. */
export function presentPushEndpoint({ endpoint, counts }: PushEndpointRow, zone: Zone, now: Date) {
  const { id, customer, externalId, url, types, previousSecretUntil } = endpoint;
  const moment = momentIn(zone);
  const overlaps = previousSecretUntil !== null && previousSecretUntil > now;
  return {
    ...{ id, customer, externalId, url, types: types.split(','), counts },
    ...stateOf(endpoint),
    isOn: endpoint.state === 'on',
    /** off by itself: somebody has still to say whether that is all right */
    unasked: endpoint.offReason === 'gone' || endpoint.offReason === 'failing',
    failingSince: moment(endpoint.failingSince),
    /** after three days; it goes on with the next */
    gaveUpOne: gaveUpOne(endpoint),
    nextTry: endpoint.state === 'on' ? moment(endpoint.pausedUntil) : null,
    /** it has said itself when it wants to be called again */
    asked: endpoint.askedUntil !== null && endpoint.pausedUntil?.getTime() === endpoint.askedUntil.getTime(),
    offSince: moment(endpoint.offSince),
    lastDeliveredAt: moment(endpoint.lastDeliveredAt),
    lastFailedAt: moment(endpoint.lastFailedAt),
    formerSecretUntil: overlaps ? moment(previousSecretUntil) : null,
  };
}

/** Whether the one event there was is given up, and nothing has been taken since. */
export function gaveUpOne({ state, failures, failingSince }: PushEndpoint): boolean {
  return state === 'on' && failures === 0 && failingSince !== null;
}

function stateOf(endpoint: PushEndpoint): { state: string; tone: string } {
  const { state, offReason, failures } = endpoint;
  const reason: OffReason = offReason ?? 'by_hand';
  if (state === 'off') return { state: OFF_WORDS[reason], tone: reason === 'by_hand' ? '' : 'bad' };
  if (failures > 0) return { state: 'takes nothing just now', tone: 'bad' };
  return gaveUpOne(endpoint)
    ? { state: 'on, but did not take the last event', tone: 'bad' }
    : { state: 'on', tone: 'good' };
}

export function presentPushDelivery(row: PushDeliveryRow, zone: Zone) {
  const { eventId, eventKey, type, classDateId, state, attempts, lastStatus, lastFailure } = row;
  const moment = momentIn(zone);
  const isWaiting = state === 'queued';
  return {
    ...{ event: eventName({ id: eventId, randomKey: eventKey }), eventId, type, classDateId, attempts },
    ...STATE_WORDS[state],
    at: formatMoment(row.happenedAt, zone),
    lastTriedAt: moment(row.lastTriedAt),
    nextTry: isWaiting && attempts > 0 ? moment(row.nextAttemptAt) : null,
    status: lastStatus,
    why: lastFailure === null ? null : failureInWords({ failure: lastFailure, status: lastStatus }),
    mayGoAgain: !isWaiting,
  };
}
