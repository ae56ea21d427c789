import { heartbeat } from '@temporalio/activity';
import { lookAtPushEndpoint } from '../src/commands/lookAtPushEndpoint';
import { pushDueEvents, type PushCounts } from '../src/commands/pushDueEvents';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

/** What every activity of pushed events is given: an id, and the workflow's now as an ISO instant. */
export interface PushInput {
  readonly endpointId: number;
  readonly now: string;
}

/** For the workflow's own worker. */
export function createPushLookActivities(deps: Deps) {
  return {
    lookAtPushEndpoint: ({ endpointId, now }: PushInput) =>
      lookAtPushEndpoint(deps, { endpointId, now: new Date(now) }),
  };
}

export function createPushActivities(deps: Deps) {
  return {
    pushDueEvents: ({ endpointId, now }: PushInput): Promise<PushCounts> =>
      heartbeating(() =>
        pushDueEvents(deps, { endpointId, now: stepNow(now), heartbeat: (counts) => heartbeat(counts) }),
      ),
  };
}

export type PushLookActivities = ReturnType<typeof createPushLookActivities>;
export type PushActivities = ReturnType<typeof createPushActivities>;
