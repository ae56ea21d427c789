import { lookAtConnection } from '../src/commands/lookAtConnection';
import { refreshConnection } from '../src/commands/refreshConnection';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';

/** What every connection activity is given: an id, and the workflow's now as an ISO instant. */
export interface ConnectionInput {
  readonly connectionId: number;
  readonly now: string;
}

/** For the workflow's own worker. */
export function createConnectionLookActivities(deps: Deps) {
  return {
    lookAtConnection: ({ connectionId, now }: ConnectionInput) =>
      lookAtConnection(deps, { connectionId, now: new Date(now) }),
  };
}

export function createConnectionActivities(deps: Deps) {
  return {
    refreshConnection: ({ connectionId }: ConnectionInput) =>
      heartbeating(() => refreshConnection(deps, { connectionId })),
  };
}

export type ConnectionLookActivities = ReturnType<typeof createConnectionLookActivities>;
export type ConnectionActivities = ReturnType<typeof createConnectionActivities>;
