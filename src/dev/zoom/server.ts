import { createServer, type Server } from 'node:http';
import { createZoomApp } from './app';
import { ZoomControl } from './control/control';
import { World } from './core/world';
import { resumeLimits } from './live/meetingLife';
import { optionsSchema, type ZoomSimulatorOptions } from './options';

export type { ZoomSimulatorOptions } from './options';

export interface ZoomSimulator {
  /** The app's ZOOM_OAUTH_URL; its ZOOM_API_URL is this with /v2. */
  readonly url: string;
  readonly control: ZoomControl;
  /** Saves the state and lets go of every socket and timer. */
  close(): Promise<void>;
}

/** Starts a Zoom of our own on loopback: OAuth, API, join pages, webhooks, and ways to make it misbehave. */
export async function startZoomSimulator(options: ZoomSimulatorOptions): Promise<ZoomSimulator> {
  const settings = optionsSchema.parse(options);
  const world = new World(settings);
  const control = new ZoomControl(world);
  const handle = createZoomApp(world, control).callback();
  const server = createServer((request, response) => void handle(request, response));
  await listen(server, settings.port, settings.host);
  world.url = `http://${settings.host}:${portOf(server)}`;
  world.webhooks.validateEvery72Hours();
  resumeLimits(world);
  return { url: world.url, control, close: () => close(server, world) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The Zoom simulator listens on no port.');
  return address.port;
}

async function close(server: Server, world: World): Promise<void> {
  world.clock.stop();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
  await world.webhooks.close();
  world.changed();
  world.persistence.save();
}
