import { continueAsNew } from '@temporalio/workflow';
import { levelLoop } from './levelLoop';
import { lookAtPushEndpoint, pushDueEvents } from './proxies';

interface PushEndpointInput {
  readonly endpointId: number;
}

/** The clock of one endpoint that events are pushed to, as long as there are any for it. */
export function pushEndpoint({ endpointId }: PushEndpointInput): Promise<void> {
  const input = () => ({ endpointId, now: new Date(Date.now()).toISOString() });
  return levelLoop({
    name: `Push endpoint ${endpointId}`,
    look: () => lookAtPushEndpoint(input()),
    run: () => pushDueEvents(input()),
    startAnew: () => continueAsNew<typeof pushEndpoint>({ endpointId }),
  });
}
