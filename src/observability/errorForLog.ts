import { isNativeError } from 'node:util/types';
import { AppError } from '../errors';
import { ZoomError } from '../zoom/errors';

/** What the language itself throws, and we where nothing is to be caught. */
const PLAIN = [Error, TypeError, RangeError, ReferenceError];

interface LoggedError {
  readonly type: string;
  /** of the database or the system, such as `ER_DUP_ENTRY` */
  readonly code?: string | undefined;
  /** of the database or the system, such as 1062 */
  readonly errno?: number | undefined;
  readonly message?: string | undefined;
  readonly stack: string;
}

/**
 * An error as it may stand in a log. A database's quotes its statement and what it was asked to write, a mail server's an
 * address, a parser's its text: so of what a library throws only its kind, its number and its place are kept. Our own
 * quote nobody, and neither do those that are nothing but a sentence.
 */
export function errorForLog(error: unknown): unknown {
  if (!isNativeError(error)) return error;
  const { code, errno } = numbersOf(error);
  const logged: LoggedError = {
    type: error.name,
    code,
    errno,
    message: quotesNobody(error) ? error.message : undefined,
    stack: framesOf(error),
  };
  return logged;
}

/** Sequelize keeps them in the driver's error, Node's fetch in the cause. */
function numbersOf(error: Error): Pick<LoggedError, 'code' | 'errno'> {
  const within = 'parent' in error ? error.parent : error.cause;
  const errors: NodeJS.ErrnoException[] = isNativeError(within) ? [error, within] : [error];
  return {
    code: errors.map(({ code }) => code).find((code) => typeof code === 'string'),
    errno: errors.map(({ errno }) => errno).find((errno) => typeof errno === 'number'),
  };
}

function quotesNobody(error: Error): boolean {
  if (error instanceof AppError || error instanceof ZoomError) return true;
  return PLAIN.some((kind) => error.constructor === kind) && Object.keys(error).length === 0 && !('cause' in error);
}

function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
