import { TestWorkflowEnvironment } from '@temporalio/testing';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import type { Scene } from './classScene';
import { startClassStack } from './classStack';
import { startEphemeral } from './ephemeralServer';
import { quietTemporal } from './quietTemporal';

export interface SkippingScene extends Scene {
  close(): Promise<void>;
}

interface Clocks {
  /** Whether the application's clock goes with the server's; otherwise it stays with the real one. */
  readonly together: boolean;
}

/**
 * Every sleep is a little longer than asked, so that whatever was due at that very instant is done when it ends. The
 * time-skipping server loses a workflow task for good when a hint that comes with a timer makes the workflow cancel it.
 */
const AFTER_TIMERS_MS = 1_000;

/** Classes whose time is skipped where nothing happens: on the time-skipping server, and all else that is real. */
export async function startSkippingScene({ together }: Clocks = { together: false }): Promise<SkippingScene> {
  quietTemporal();
  const executable = { type: 'existing-path', path: requireTestEnvironment('timeSkippingServer') } as const;
  const env = await startEphemeral(() => TestWorkflowEnvironment.createTimeSkipping({ server: { executable } }));
  const stack = await startClassStack({ address: env.address ?? '', namespace: env.namespace ?? 'default' });
  let aheadMs = 0;
  if (together) stack.deps.clock.now = () => new Date(Date.now() + aheadMs);
  return {
    stack,
    client: env.client,
    now: async () => new Date(await env.currentTimeMs()),
    sleep: async (ms) => {
      aheadMs = (await env.currentTimeMs()) - Date.now() + ms + AFTER_TIMERS_MS;
      await env.sleep(ms + AFTER_TIMERS_MS);
    },
    close: async () => {
      await stack.close();
      await env.teardown();
    },
  };
}
