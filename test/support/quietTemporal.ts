import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/** Once a test file, before any server or worker is started. Jest keeps the signals to itself. */
export function quietTemporal(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    shutdownSignals: [],
  });
}
