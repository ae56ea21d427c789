import { TestWorkflowEnvironment } from '@temporalio/testing';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import type { Scene } from './classScene';
import { startClassStack } from './classStack';
import { startEphemeral } from './ephemeralServer';
import { quietTemporal } from './quietTemporal';

export interface ShortHistoryScene extends Scene {
  close(): Promise<void>;
}

/** Low enough that a few hints fill a history; a server of its own, because the limit is the whole server's. */
const SUGGEST_CONTINUE_AS_NEW = 'limit.historyCount.suggestContinueAsNew=40';

/** Classes on a real server that soon asks for a fresh history. */
export async function startShortHistoryScene(): Promise<ShortHistoryScene> {
  quietTemporal();
  const executable = { type: 'existing-path', path: requireTestEnvironment('temporalCli') } as const;
  const extraArgs = ['--dynamic-config-value', SUGGEST_CONTINUE_AS_NEW, '--log-level', 'never'];
  const env = await startEphemeral(() => TestWorkflowEnvironment.createLocal({ server: { executable, extraArgs } }));
  const stack = await startClassStack({ address: env.address ?? '', namespace: env.namespace ?? 'default' });
  return {
    stack,
    client: env.client,
    now: async () => new Date(await env.currentTimeMs()),
    sleep: (ms) => env.sleep(ms),
    close: async () => {
      await stack.close();
      await env.teardown();
    },
  };
}
