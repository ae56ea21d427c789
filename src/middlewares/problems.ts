import type { Middleware } from 'koa';
import type { Deps } from '../deps';
import {
  AddressTakenError,
  AppError,
  ChangedHereError,
  FieldErrors,
  NotFoundError,
  ParameterErrors,
  type FieldError,
} from '../errors';
import { paths } from '../routes/paths';
import type { AppContext, AppState } from './context';

const API = '/api/v1/';

/** One thing wrong with what a program sent: where in its JSON, or which part of the address. */
type ProblemDetail = { readonly pointer: string; readonly detail: string } | ParameterDetail;
interface ParameterDetail {
  readonly parameter: string;
  readonly detail: string;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The call cannot be understood',
  401: 'A good key is needed',
  403: 'The key may not do this',
  404: 'Not found',
  405: 'The address does not take this method',
  409: 'It does not go with how things are',
  410: 'It is kept no more',
  412: 'It has changed since you read it',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'What was sent cannot be saved',
  429: 'Too many calls',
};

/** Programs get problem+json (RFC 9457) whatever goes wrong; our own faults tell no details. */
export function problems({ logger }: Pick<Deps, 'logger'>): Middleware<AppState> {
  return async function problemsMiddleware(ctx, next) {
    if (!isApi(ctx.path)) {
      await next();
      return;
    }
    try {
      await next();
      if (!ctx.body && ctx.status === 404) throw new NotFoundError(`There is no such address. See ${paths.apiDocs}.`);
      if (!ctx.body && ctx.status === 405) throw new AppError(405, 'method_not_allowed', 'See the header Allow.');
      if (!ctx.body && ctx.status === 501) throw new AppError(405, 'method_not_allowed', 'There is no such method.');
    } catch (error) {
      const failure = failureOf(error);
      if (failure.status >= 500) logger.error({ requestId: ctx.state.requestId, err: error }, 'request failed');
      answer(ctx, failure);
    }
  };
}

/** What is no route of the API goes no further: pages, sessions and forms are not for programs. */
export function endOfApi(): Middleware<AppState> {
  return async function endOfApiMiddleware(ctx, next) {
    if (!isApi(ctx.path)) await next();
  };
}

function isApi(path: string): boolean {
  return path.startsWith(API) && path !== paths.apiDocs;
}

function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // http-errors, as Koa and its router throw them
  if (error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500) {
    return new AppError(error.status, 'unreadable', 'The call cannot be read.');
  }
  const message = 'Something went wrong on our side and nothing was saved. Call again in a moment.';
  return new AppError(500, 'internal_error', message);
}

function answer(ctx: AppContext, failure: AppError): void {
  const { status, code, message, headers } = failure;
  const errors = detailsOf(failure);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = JSON.stringify({
    type: `${paths.apiDocs}#${code}`,
    title: TITLES[status] ?? 'Something went wrong on our side',
    ...{ status, detail: message, code, requestId: ctx.state.requestId },
    ...(errors.length > 0 ? { errors } : {}),
  });
  ctx.type = 'application/problem+json';
}

function detailsOf(failure: AppError): ProblemDetail[] {
  if (failure instanceof ParameterErrors) {
    return failure.parameters.map(({ field, message }) => ({ parameter: field, detail: message }));
  }
  const namesFields =
    failure instanceof FieldErrors || failure instanceof ChangedHereError || failure instanceof AddressTakenError;
  return namesFields ? failure.fields.map(atPointer) : [];
}

/** `guests.2.email` as the JSON pointer `/guests/2/email`. */
function atPointer({ field, message }: FieldError): ProblemDetail {
  const steps = field === '' ? [] : field.split('.').map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1'));
  return { pointer: steps.map((step) => `/${step}`).join(''), detail: message };
}
