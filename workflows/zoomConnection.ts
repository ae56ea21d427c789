import { continueAsNew } from '@temporalio/workflow';
import { levelLoop } from './levelLoop';
import { connections, lookAtConnection } from './proxies';

interface ZoomConnectionInput {
  readonly connectionId: number;
}

/** The clock of one teacher's Zoom connection, as long as it is connected: renews the token before it is needed. */
export function zoomConnection({ connectionId }: ZoomConnectionInput): Promise<void> {
  const input = () => ({ connectionId, now: new Date(Date.now()).toISOString() });
  return levelLoop({
    name: `Zoom connection ${connectionId}`,
    look: () => lookAtConnection(input()),
    run: () => connections.refreshConnection(input()),
    startAnew: () => continueAsNew<typeof zoomConnection>({ connectionId }),
  });
}
