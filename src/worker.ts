import { Runtime } from '@temporalio/worker';
import { startAuditSealer } from './auditSealer';
import { loadConfigOrExit } from './config/loadConfigOrExit';
import { closeDeps, createDeps } from './deps';
import { startEventPublisher } from './eventPublisher';
import { connectWorker, createWorkers } from './temporal/workers';
import { temporalLogger } from './observability/temporalLogger';
import { startRelay } from './relay';
import { startWorkerBeat } from './workerBeat';

/** The worker process. Temporal's Runtime turns SIGTERM and SIGINT into an orderly drain of every Worker. */
async function main(): Promise<void> {
  const config = loadConfigOrExit();
  const deps = createDeps(config);
  Runtime.install({ logger: temporalLogger(deps.logger) });
  const connection = await connectWorker(deps);
  const workers = await createWorkers(deps, connection);
  const finished = workers.map((worker) => worker.run());
  const running = Promise.all(finished);
  const auditSealer = startAuditSealer(deps);
  const eventPublisher = startEventPublisher(deps);
  const relay = startRelay(deps);
  const beat = startWorkerBeat(deps, () => workers.every((worker) => worker.getState() === 'RUNNING'));
  deps.logger.info({ namespace: config.temporal.namespace, zoneRules: process.versions.tz }, 'worker ready');
  try {
    await running;
  } finally {
    // When one has failed the others still hold the connection.
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await Promise.allSettled(finished);
    await relay.stop();
    await beat.stop();
    await eventPublisher.stop();
    await auditSealer.stop();
    await connection.close();
    await closeDeps(deps);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The worker stopped: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
