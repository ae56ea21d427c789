import { createServer, type Server } from 'node:http';
import { createApp } from './app';
import { saveFirstZoomSettings } from './commands/saveFirstZoomSettings';
import { loadConfigOrExit } from './config/loadConfigOrExit';
import { closeDeps, createDeps } from './deps';

const DRAIN_MS = 10_000;

/** The web process: pages, join passes, webhooks. On SIGTERM it takes no more and lets what is under way finish. */
async function main(): Promise<void> {
  const config = loadConfigOrExit();
  const deps = createDeps(config);
  await saveFirstZoomSettings(deps);
  const handle = createApp(deps).callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(config.port, config.host, () =>
    deps.logger.info({ port: config.port, zoneRules: process.versions.tz }, 'web ready'),
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      deps.logger.info({ signal }, 'web drains');
      void drain(server)
        .then(() => closeDeps(deps))
        .then(() => process.exit(0));
    });
  }
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`The web process stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
