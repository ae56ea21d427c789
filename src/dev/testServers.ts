import path from 'node:path';
import { findChromium } from './provision/chromium';
import { startDatabase } from './provision/database';
import { removeTemporalStore, startTemporal } from './provision/temporal';
import { findTimeSkippingServer } from './provision/testServer';
import { choosePorts } from './ports';
import { keepSecrets } from './secrets';
import type { Session } from './session';

/** Far from what `npm start` takes, and from what people run beside it. */
const PORTS = { database: 23306, temporal: 27233, temporalUi: 28233 };

export interface TestServers {
  /** The variables of `src/config/testEnvironment.ts`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Why something could not be had, one text a thing. */
  readonly failures: readonly string[];
}

/** Starts what the tests need; what cannot be had is told, and the rest is there all the same. */
export async function startTestServers(session: Session): Promise<TestServers> {
  const ports = await choosePorts(path.join(session.folder, 'ports.json'), PORTS);
  const outcomes = await Promise.allSettled([
    provideDatabase(session, ports.database),
    provideTemporal(session, ports.temporal, ports.temporalUi),
    session.steps.step('test server', async (say) => ({
      TEST_TIME_SKIPPING_SERVER: await findTimeSkippingServer(session, say),
    })),
    session.steps.step('Chromium', async (say) => ({ TEST_CHROMIUM: await findChromium(session, say) })),
  ]);
  const found = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? Object.entries(outcome.value) : []));
  return {
    variables: Object.fromEntries(found),
    failures: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [reasonOf(outcome.reason)] : [])),
  };
}

function provideDatabase(session: Session, port: number): Promise<Record<string, string>> {
  const { databasePassword, databaseRootPassword } = keepSecrets(path.join(session.folder, 'secrets.json'));
  const wish = {
    ...{ port, database: undefined, user: 'tests', password: databasePassword, rootPassword: databaseRootPassword },
    relaxed: true,
  };
  return session.steps
    .step(
      'database',
      (say) => startDatabase(session, wish, say),
      ({ vendor, version }) => `${vendor} ${version}`,
    )
    .then(({ url }) => ({ TEST_DATABASE_URL: url }));
}

async function provideTemporal(session: Session, port: number, uiPort: number): Promise<Record<string, string>> {
  const { address, cli } = await session.steps.step(
    'Temporal',
    async (say) => {
      await removeTemporalStore(session);
      return startTemporal(session, { port, uiPort }, say);
    },
    (server) => server.address,
  );
  return { TEST_TEMPORAL_ADDRESS: address, ...(cli ? { TEST_TEMPORAL_CLI: cli } : {}) };
}

function reasonOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
