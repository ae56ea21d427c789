import { pino, type Logger } from 'pino';

export type { Logger };

/** A join pass in a path or a message: everything after token= up to the next separator. */
const TOKEN_IN_URL = /(token=)[^&\s"]+/g;

/** JSON lines on stdout. Secrets are masked here as a last line of defence; callers do not log them to begin with. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['*.token', '*.password', '*.authorization', '*.cookie', '*.access_token', '*.refresh_token'],
      censor: '[hidden]',
    },
  });
}

/** A URL as it may stand in a log: with the pass's token masked. */
export function maskToken(url: string): string {
  return url.replace(TOKEN_IN_URL, '$1[hidden]');
}
