import { heartbeat } from '@temporalio/activity';
import { lookAtIncident } from '../src/commands/lookAtIncident';
import { probeIncident } from '../src/commands/probeIncident';
import { sendDueMails, type SendResult } from '../src/commands/sendDueMails';
import type { Deps } from '../src/deps';
import { heartbeating } from './heartbeating';
import { stepNow } from './stepNow';

/** What every incident activity is given: an id, and the workflow's now as an ISO instant. */
export interface IncidentInput {
  readonly incidentId: number;
  readonly now: string;
}

/** For the workflow's own worker. */
export function createIncidentLookActivities() {
  return {
    lookAtIncident: ({ incidentId, now }: IncidentInput) => lookAtIncident(incidentId, new Date(now)),
  };
}

export function createIncidentProbeActivities(deps: Deps) {
  return {
    probeIncident: ({ incidentId }: IncidentInput) => heartbeating(() => probeIncident(deps, { incidentId })),
  };
}

export function createIncidentMailActivities(deps: Deps) {
  return {
    sendIncidentMails: ({ incidentId, now }: IncidentInput): Promise<SendResult> =>
      heartbeating(() =>
        sendDueMails(deps, { about: { incidentId }, now: stepNow(now), heartbeat: (sent) => heartbeat(sent) }),
      ),
  };
}

export type IncidentLookActivities = ReturnType<typeof createIncidentLookActivities>;
export type IncidentProbeActivities = ReturnType<typeof createIncidentProbeActivities>;
export type IncidentMailActivities = ReturnType<typeof createIncidentMailActivities>;
