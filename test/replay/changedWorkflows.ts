import { proxyActivities, sleep } from '@temporalio/workflow';
import type { AccountMailActivities } from '../../activities/accountLinks';
import type { ConnectionActivities } from '../../activities/connections';
import type { IncidentProbeActivities } from '../../activities/incidents';
import type { MeetingActivities } from '../../activities/meetings';
import type { PushActivities } from '../../activities/pushes';

const { makeMeeting, probeIncident, refreshConnection, pushDueEvents, sendAccountMails } = proxyActivities<
  MeetingActivities & IncidentProbeActivities & ConnectionActivities & PushActivities & AccountMailActivities
>({ startToCloseTimeout: '1 minute' });

const now = () => new Date(Date.now()).toISOString();

// Careless changes of the real ones, made without `patched`: they must not replay what the real ones have done.

export async function classDate({ classDateId }: { classDateId: number }): Promise<void> {
  await sleep('1 minute');
  await makeMeeting({ classDateId, now: now() });
}

export async function incident({ incidentId }: { incidentId: number }): Promise<void> {
  await sleep('1 minute');
  await probeIncident({ incidentId, now: now() });
}

export async function zoomConnection({ connectionId }: { connectionId: number }): Promise<void> {
  await sleep('1 minute');
  await refreshConnection({ connectionId, now: now() });
}

export async function pushEndpoint({ endpointId }: { endpointId: number }): Promise<void> {
  await sleep('1 minute');
  await pushDueEvents({ endpointId, now: now() });
}

export async function accountLink({ accountLinkId }: { accountLinkId: number }): Promise<void> {
  await sleep('1 minute');
  await sendAccountMails({ accountLinkId, now: now() });
}
