import type { Deps } from '../deps';
import { later, MINUTE_MS } from '../domain/clock';
import { PushDelivery } from '../models/PushDelivery';
import { PushEndpoint } from '../models/PushEndpoint';

/** What the workflow is told of an endpoint: words and instants, no address. */
export interface PushEndpointLook {
  readonly phase: 'deleted' | 'switched off' | 'up to date' | 'delivering' | 'waiting' | 'failing';
  readonly steps: readonly 'pushDueEvents'[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

/** A run that died keeps its lease for a while; so often it is looked whether that is over. */
const LEASED_WAIT_MS = MINUTE_MS / 4;

/**
 * Says when an endpoint is to be sent something. One that was deleted has nothing more to come, so that its workflow ends.
 */
export async function lookAtPushEndpoint(
  { clock }: Pick<Deps, 'clock'>,
  { endpointId, now }: { endpointId: number; now: Date },
): Promise<PushEndpointLook> {
  const endpoint = await PushEndpoint.findByPk(endpointId);
  if (!endpoint) return idle('deleted');
  if (endpoint.state === 'off') return idle('switched off');
  const first = await PushDelivery.findOne({
    where: { endpointId, state: 'queued' },
    order: ['nextAttemptAt'],
    attributes: ['nextAttemptAt'],
  });
  if (!first) return idle('up to date');
  const { failures, pausedUntil } = endpoint;
  const dueAt = later(first.nextAttemptAt, pausedUntil);
  // A lease lives by the clock on the wall. The workflow asks between its own runs, so it is not theirs.
  if (endpoint.leaseUntil !== null && endpoint.leaseUntil > clock.now()) {
    const nextLookAt = new Date(now.getTime() + LEASED_WAIT_MS).toISOString();
    return { phase: 'delivering', steps: [], nextLookAt, waitingFor: 'waits for a run that has died' };
  }
  if (dueAt <= now) {
    const nextLookAt = now.toISOString();
    return { phase: 'delivering', steps: ['pushDueEvents'], nextLookAt, waitingFor: 'delivers the rest' };
  }
  const phase = failures > 0 ? 'failing' : 'waiting';
  return { phase, steps: [], nextLookAt: dueAt.toISOString(), waitingFor: 'tries again' };
}

function idle(phase: PushEndpointLook['phase']): PushEndpointLook {
  return { phase, steps: [], nextLookAt: null, waitingFor: 'nothing' };
}
