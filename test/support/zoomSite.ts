import { pino } from 'pino';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { defaultUsers } from '../../src/dev/zoom/defaultUsers';
import type { SimulatedUser } from '../../src/dev/zoom/options';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import { testConfig, testSettings } from './config';
import { createTestDatabase } from './database';
import { forbidSecondConnections } from './oneConnection';
import { UNLIMITED_A_SECOND } from './unlimitedZoom';

/** Our side of Zoom on a real database, against the stand-in; no web, no worker. */
export interface ZoomSite {
  readonly deps: Deps;
  readonly zoom: ZoomSimulator;
  /** what processes of their own need to work with it */
  readonly settings: Readonly<Record<string, string>>;
  /** what was logged, one JSON text a line */
  readonly logged: readonly string[];
  close(): Promise<void>;
}

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const REDIRECT_URI = 'http://127.0.0.1:3000/teacher/zoom/callback';

/** @param more hosts besides those that the stand-in has by itself */
export async function startZoomSite({ more = [] }: { more?: readonly SimulatedUser[] } = {}): Promise<ZoomSite> {
  const database = await createTestDatabase();
  const users = [...defaultUsers(), ...more];
  const zoom = await startZoomSimulator({
    ...{ seed: 11, users, behaviour: UNLIMITED_A_SECOND },
    app: { ...APP, redirectUris: [REDIRECT_URI] },
  });
  const settings = {
    DATABASE_URL: database.url,
    ZOOM_OAUTH_URL: zoom.url,
    ZOOM_API_URL: `${zoom.url}/v2`,
  };
  const config = testConfig(settings);
  const logged: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  // The Zoom client is built with the logger it gets, so both come from the same place.
  const deps = createDeps(config, logger);
  forbidSecondConnections(deps.db);
  await saveFirstZoomSettings(deps);
  return {
    deps,
    zoom,
    settings: testSettings(settings),
    logged,
    close: async () => {
      await closeDeps(deps);
      await zoom.close();
      await database.drop();
    },
  };
}
