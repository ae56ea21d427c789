import { Op, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { later } from '../domain/clock';
import { askedUntil, isGivenUp, mayBeTheEvent, retryAt, WELL, type PushOutcome } from '../domain/pushes';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';
import { endSwitchOff, switchOffByItself } from './switchOffPushEndpoint';

/** A run that has the lease of an endpoint, and calls it. */
export interface Held {
  readonly endpointId: number;
  readonly holder: string;
  /** where it calls */
  readonly url: string;
  readonly now: Date;
}

export interface Tried {
  readonly delivery: PushDelivery;
  readonly outcome: PushOutcome;
}

interface Failed {
  /** the receiver seems to be down, and not only to dislike one event */
  readonly down: boolean;
  /** what was called for, the first in the order of the feed before the other */
  readonly tried: readonly [Tried, ...Tried[]];
}

type NoteDeps = Pick<Deps, 'db' | 'clock' | 'signingKeys' | 'temporal' | 'logger'>;

/** The receiver took it: it is well, whatever it was before. */
export async function notePushed(
  { db }: NoteDeps,
  held: Held,
  delivery: PushDelivery,
  outcome: PushOutcome,
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    const endpoint = await lockHeld(held, transaction);
    if (!endpoint) return;
    const { now } = held;
    const done = { state: 'delivered', deliveredAt: now, lastFailure: null } as const;
    await delivery.update({ ...triedNow({ delivery, outcome }, now), ...done }, { transaction });
    await endpoint.update({ ...WELL, lastDeliveredAt: now }, { transaction });
  });
}

/**
 * It was not taken. What an endpoint's former address answered says nothing of the one that it has got meanwhile. Where the receiver is down it rests, and all that waits with it; else only that event does. What has
 * failed for three days is given up, and so is an endpoint that took nothing for so long, unless there was but one event,
 * which it may only dislike.
 */
export async function notePushFailed(deps: NoteDeps, held: Held, { down, tried }: Failed): Promise<void> {
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await lockHeld(held, transaction);
    if (endpoint?.url !== held.url) return null;
    for (const one of tried) await noteFailure(one, { now: held.now, rests: !down, transaction });
    return down ? pause(deps, endpoint, { tried, now: held.now }, transaction) : null;
  });
  if (outboxIds !== null) await endSwitchOff(deps, held.endpointId, outboxIds);
}

/** 410: the receiver wants nothing any more, unless its marketplace has moved from there meanwhile. */
export async function switchOffGone(deps: NoteDeps, held: Held, { delivery, outcome }: Tried): Promise<void> {
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const endpoint = await lockHeld(held, transaction);
    if (endpoint?.url !== held.url) return null;
    await delivery.update({ ...triedNow({ delivery, outcome }, held.now), state: 'failed' }, { transaction });
    await endpoint.update({ lastFailedAt: held.now }, { transaction });
    return switchOffByItself(deps, endpoint, 'gone', transaction);
  });
  if (outboxIds !== null) await endSwitchOff(deps, held.endpointId, outboxIds);
}

/** null when somebody has switched it off meanwhile, or another run has taken over: that one says what is so. */
function lockHeld(
  { endpointId: id, holder: leaseHolder }: Pick<Held, 'endpointId' | 'holder'>,
  transaction: Transaction,
): Promise<PushEndpoint | null> {
  return PushEndpoint.findOne({ where: { id, leaseHolder, state: 'on' }, lock: true, transaction });
}

interface HowFailed {
  readonly now: Date;
  /** it waits by itself; what waits with its endpoint is due again as soon as that is */
  readonly rests: boolean;
  readonly transaction: Transaction;
}

async function noteFailure(tried: Tried, { now, rests, transaction }: HowFailed): Promise<void> {
  const { delivery } = tried;
  const noted = triedNow(tried, now);
  if (isGivenUp(delivery.firstTriedAt, now)) await delivery.update({ ...noted, state: 'failed' }, { transaction });
  else if (rests) {
    const nextAttemptAt = retryAt(noted.attempts, now, Math.random());
    await delivery.update({ ...noted, nextAttemptAt }, { transaction });
  } else await delivery.update(noted, { transaction });
}

function triedNow({ delivery, outcome }: Tried, now: Date) {
  return {
    attempts: delivery.attempts + 1,
    firstTriedAt: delivery.firstTriedAt ?? now,
    lastTriedAt: now,
    lastStatus: outcome.status,
    lastFailure: outcome.ok ? null : outcome.failure,
  };
}

/** @returns what is to be told after the commit, when it was switched off */
async function pause(
  deps: NoteDeps,
  endpoint: PushEndpoint,
  { tried, now }: Pick<Failed, 'tried'> & Pick<Held, 'now'>,
  transaction: Transaction,
): Promise<number[] | null> {
  const failures = endpoint.failures + 1;
  const failingSince = endpoint.failingSince ?? now;
  const isAtEnd = isGivenUp(tried[0].delivery.firstTriedAt, now);
  if (isAtEnd && (await mayBeOneEvent(tried, failingSince, transaction))) {
    // It goes on with the next; that it has taken nothing since then stays known.
    await endpoint.update({ ...WELL, failingSince: endpoint.failingSince, lastFailedAt: now }, { transaction });
    return null;
  }
  const outcomes = tried.map(({ outcome }) => outcome);
  const asked = askedUntil(outcomes, failingSince, now);
  // By the schedule, or later if it asked for that.
  const rests = { pausedUntil: later(retryAt(failures, now, Math.random()), asked), askedUntil: asked };
  await endpoint.update({ failures, failingSince, ...rests, lastFailedAt: now }, { transaction });
  const isOver = isAtEnd && isGivenUp(failingSince, now);
  return isOver ? switchOffByItself(deps, endpoint, 'failing', transaction) : null;
}

/** Whether nothing but one event was tried since the endpoint last took anything, and may itself be why it was not taken. */
async function mayBeOneEvent(
  [{ delivery, outcome }, ...others]: Failed['tried'],
  failingSince: Date,
  transaction: Transaction,
): Promise<boolean> {
  if (others.length > 0 || !mayBeTheEvent(outcome)) return false;
  const { id, endpointId } = delivery;
  const since = { endpointId, id: { [Op.ne]: id }, lastTriedAt: { [Op.gte]: failingSince } };
  return (await PushDelivery.count({ where: since, transaction })) === 0;
}
