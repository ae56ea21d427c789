import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app';
import { startEventPublisher } from '../../src/eventPublisher';
import { paths } from '../../src/routes/paths';
import { startDrivenClasses, type DrivenClasses } from './classDriver';

const PUBLISH_EVERY_MS = 50;

/** Driven classes with the website in front of them: Zoom's webhooks reach it, and its feed is published. */
export interface DrivenSite extends DrivenClasses {
  readonly server: Server;
  readonly url: string;
}

/** Here time passes at Zoom as well. */
export async function startDrivenSite(): Promise<DrivenSite> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scene = await startDrivenClasses(url);
  scene.zoom.control.setWebhookUrl(`${url}${paths.webhook}`);
  // The stand-in signs by the machine's clock, however far its own was moved.
  const handle = createApp({ ...scene.deps, clock: { now: () => new Date() } }).callback();
  server.on('request', (request, response) => void handle(request, response));
  const publisher = startEventPublisher(scene.deps, PUBLISH_EVERY_MS);
  return {
    ...scene,
    ...{ server, url },
    pass: (seconds) => {
      scene.pass(seconds);
      scene.zoom.control.advanceClock(seconds * 1000);
    },
    close: async () => {
      await publisher.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await scene.close();
    },
  };
}
