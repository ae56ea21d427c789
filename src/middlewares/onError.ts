import type { Middleware } from 'koa';
import type { Deps } from '../deps';
import { AppError, NotFoundError } from '../errors';
import { render } from '../views/render';
import type { AppContext, AppState } from './context';

interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const OUR_FAULT: Failure = {
  status: 500,
  code: 'internal_error',
  message: 'Something went wrong on our side. Try again in a moment; if it happens again, write to us.',
};

const UNREADABLE = { code: 'bad_request', message: 'We could not read this request. Go back and try again.' };

/** The one place where errors become answers: a page or JSON, whichever was asked for. Our own faults tell no details. */
export function onError(deps: Pick<Deps, 'logger' | 'config'>): Middleware<AppState> {
  return async function onErrorMiddleware(ctx, next) {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw new NotFoundError();
      // As the routers leave it, with Allow.
      if (isMethodRefused(ctx))
        throw new AppError(405, 'method_not_allowed', 'This address does not take that method.');
    } catch (error) {
      const failure = describe(error);
      if (failure.status >= 500) deps.logger.error({ requestId: ctx.state.requestId, err: error }, 'request failed');
      if (error instanceof AppError) ctx.set(error.headers);
      answer(ctx, failure, deps.config.supportEmail);
    }
  };
}

function isMethodRefused({ status, body }: AppContext): boolean {
  return (status === 405 || status === 501) && !body;
}

/** A body that is not what its headers say (gzip that is none) is the sender's mistake, whatever the parser throws. */
export function unreadableBody(error: Error): never {
  throw 'status' in error ? error : new AppError(400, UNREADABLE.code, UNREADABLE.message);
}

function describe(error: unknown): Failure {
  if (error instanceof AppError) return error;
  // http-errors, as Koa and the body parser throw them
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return { ...UNREADABLE, status: error.status };
  }
  return OUR_FAULT;
}

function answer(ctx: AppContext, { status, code, message }: Failure, supportEmail: string): void {
  ctx.status = status;
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.body = { error: { code, message, requestId: ctx.state.requestId } };
    return;
  }
  render(ctx, 'errors/error', { title: titleOf(status), message, requestId: ctx.state.requestId, supportEmail });
  ctx.status = status;
}

function titleOf(status: number): string {
  if (status === 404) return 'Not found';
  if (status === 403) return 'Not allowed';
  if (status === 429) return 'Too many tries';
  return status >= 500 ? 'Something went wrong' : 'That did not work';
}
