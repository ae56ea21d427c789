import type { Logger as PinoLogger } from 'pino';
import type { Logger } from '@temporalio/worker';

/** The Temporal SDK's log lines in our own log. */
export function temporalLogger(logger: PinoLogger): Logger {
  const child = logger.child({ from: 'temporal' });
  return {
    log: (level, message, meta) => child[pinoLevel(level)]({ ...meta }, message),
    trace: (message, meta) => child.trace({ ...meta }, message),
    debug: (message, meta) => child.debug({ ...meta }, message),
    info: (message, meta) => child.debug({ ...meta }, message),
    warn: (message, meta) => child.warn({ ...meta }, message),
    error: (message, meta) => child.error({ ...meta }, message),
  };
}

/** Its "info" is about its own inner life (worker states), so it is our "debug". */
function pinoLevel(level: string): 'trace' | 'debug' | 'warn' | 'error' {
  if (level === 'TRACE') return 'trace';
  if (level === 'WARN') return 'warn';
  return level === 'ERROR' ? 'error' : 'debug';
}
