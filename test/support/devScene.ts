import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import type { Deps } from '../../src/deps';
import type { Logger } from '../../src/observability/logger';
import { createTemporal } from '../../src/temporal/temporal';
import type { Scene } from './classScene';
import { startClassStack } from './classStack';
import { createNamespace } from './namespace';

/** Classes on a real server, in a namespace of their own, in real time. */
export interface DevScene extends Scene {
  readonly address: string;
  /** The same parts, with Temporal in another namespace. */
  depsOf(namespace: string): Deps;
  close(): Promise<void>;
}

/** @param logger in place of one that says nothing */
export async function startDevScene(logger?: Logger): Promise<DevScene> {
  const address = requireTestEnvironment('temporalAddress');
  const namespace = await createNamespace(address);
  const connection = await Connection.connect({ address });
  const stack = await startClassStack({ address, namespace }, logger);
  return {
    address,
    stack,
    client: new Client({ connection, namespace }),
    now: () => Promise.resolve(new Date()),
    sleep: (ms) => sleep(ms),
    depsOf: (other) => {
      const config = { ...stack.deps.config, temporal: { ...stack.deps.config.temporal, namespace: other } };
      return { ...stack.deps, config, temporal: createTemporal(config, stack.deps.logger) };
    },
    close: async () => {
      await stack.close();
      await connection.close();
      await deleteNamespace(address, namespace);
    },
  };
}

/** With every run in it, so that nothing goes on waking up. */
export async function deleteNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await connection.operatorService.deleteNamespace({ namespace });
  } finally {
    await connection.close();
  }
}
