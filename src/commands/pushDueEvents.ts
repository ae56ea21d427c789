import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { mayBeTheEvent, type PushOutcome } from '../domain/pushes';
import type { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { pushContent } from '../push/content';
import { eventName } from '../push/eventName';
import { findDuePush, findOtherDuePush } from '../queries/findDuePush';
import { findToldEvent } from '../queries/findToldEvent';
import { callPushEndpoint } from './callPushEndpoint';
import { notePushed, notePushFailed, switchOffGone, type Held, type Tried } from './notePush';

export interface PushCounts {
  readonly delivered: number;
  readonly failed: number;
}

interface PushRun {
  readonly endpointId: number;
  /** the workflow's now */
  readonly now: Date;
  readonly heartbeat: (counts: PushCounts) => void;
}

type PushDeps = Pick<Deps, 'db' | 'config' | 'encryption' | 'signingKeys' | 'clock' | 'logger' | 'temporal'>;

/** No new call is begun after so long; the workflow comes back for the rest. */
const BATCH_MS = 10_000;
/** Longer than a batch and the two calls that may come on top. */
const LEASE_SECONDS = 60;

/**
 * Sends an endpoint what is due, one after the other in the order of the feed, until something fails. An endpoint that
 * does not take one event is asked to take another, which says whether it is down: then it rests, and costs no more calls.
 */
export async function pushDueEvents(deps: PushDeps, { endpointId, now, heartbeat }: PushRun): Promise<PushCounts> {
  const counts = { delivered: 0, failed: 0 };
  const holder = await lease(deps, endpointId);
  if (holder === null) return counts;
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  try {
    while (elapsedMs() < BATCH_MS) {
      const round = { endpointId, holder, now: new Date(now.getTime() + elapsedMs()) };
      const outcomes = await pushNext(deps, round);
      const failed = outcomes.filter(({ ok }) => !ok).length;
      counts.failed += failed;
      counts.delivered += outcomes.length - failed;
      heartbeat({ ...counts });
      if (outcomes.length === 0) break;
    }
  } finally {
    await letGo(deps, endpointId, holder);
  }
  return counts;
}

/** @returns what came of the calls it made; none when there is nothing to do now */
async function pushNext(deps: PushDeps, round: Omit<Held, 'url'>): Promise<PushOutcome[]> {
  const { endpointId, holder: leaseHolder, now } = round;
  const endpoint = await PushEndpoint.findOne({ where: { id: endpointId, leaseHolder, state: 'on' } });
  if (!endpoint || (endpoint.pausedUntil !== null && endpoint.pausedUntil > now)) return [];
  const first = await findDuePush(round);
  if (!first) return [];
  const held = { ...round, url: endpoint.url };
  const outcome = await call(deps, endpoint, first);
  if (await isSettled(deps, held, first, outcome)) return [outcome];
  const other = mayBeTheEvent(outcome) ? await findOtherDuePush(first, now) : null;
  if (!other) {
    await notePushFailed(deps, held, { down: true, tried: [{ delivery: first, outcome }] });
    return [outcome];
  }
  const second = await call(deps, endpoint, other);
  const tried: [Tried] = [{ delivery: first, outcome }];
  if (second.ok) {
    await notePushed(deps, held, other, second);
    await notePushFailed(deps, held, { down: false, tried });
  } else if (!(await isSettled(deps, held, other, second))) {
    await notePushFailed(deps, held, { down: true, tried: [...tried, { delivery: other, outcome: second }] });
  }
  return [outcome, second];
}

/** Notes what needs no second look: it was taken, or the receiver says that it is no more. */
async function isSettled(deps: PushDeps, held: Held, delivery: PushDelivery, outcome: PushOutcome): Promise<boolean> {
  if (outcome.ok) await notePushed(deps, held, delivery, outcome);
  else if (outcome.failure === 'gone') await switchOffGone(deps, held, { delivery, outcome });
  else return false;
  return true;
}

async function call(deps: PushDeps, endpoint: PushEndpoint, { eventId }: PushDelivery): Promise<PushOutcome> {
  const event = await findToldEvent(deps.db, eventId);
  if (!event) throw new Error('The event of a delivery has gone.');
  return callPushEndpoint(deps, endpoint, { id: eventName(event), content: pushContent(event) });
}

async function lease({ db }: PushDeps, id: number): Promise<string | null> {
  const holder = randomUUID();
  const [, leased] = await db.query(
    `UPDATE push_endpoints
        SET lease_holder = :holder, lease_until = TIMESTAMPADD(SECOND, ${LEASE_SECONDS}, UTC_TIMESTAMP(3))
      WHERE id = :id AND state = 'on' AND (lease_until IS NULL OR lease_until <= UTC_TIMESTAMP(3))`,
    { type: QueryTypes.UPDATE, replacements: { holder, id } },
  );
  return leased === 1 ? holder : null;
}

async function letGo({ db }: PushDeps, id: number, holder: string): Promise<void> {
  await db.query(
    'UPDATE push_endpoints SET lease_holder = NULL, lease_until = NULL WHERE id = :id AND lease_holder = :holder',
    { type: QueryTypes.UPDATE, replacements: { holder, id } },
  );
}
