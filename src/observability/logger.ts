import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { errorForLog } from './errorForLog';
import { logContext } from './logContext';

export type { Logger };

/**
 * A join pass, an OAuth code or state, or the person or address that an admin looks for: everything after its name up to
 * the next separator, also inside another value.
 */
const SECRET_IN_URL = /((?:token|code|state|person|\bip|(?:%26|%3F)ip)(?:=|%3D))[^&\s"]+/gi;

/**
 * JSON lines on stdout, one log a process; each carries what it is about (logContext.ts). Errors go without what they
 * quote (errorForLog.ts). Secrets are masked here as a last line of defence; callers do not log them to begin with.
 */
export function createLogger(level: string, destination: DestinationStream = pino.destination(1)): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => ({ ...logContext() }),
    serializers: { err: errorForLog, error: errorForLog },
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['*.token', '*.password', '*.authorization', '*.cookie', '*.access_token', '*.refresh_token'],
      censor: '[hidden]',
    },
  };
  return pino(options, destination);
}

/** A URL as it may stand in a log: without the secrets and the people of its query. */
export function maskSecrets(url: string): string {
  return url.replace(SECRET_IN_URL, '$1[hidden]');
}
