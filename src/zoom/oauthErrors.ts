import { z } from 'zod';
import type { Logger } from '../observability/logger';
import {
  ZoomMisconfigured,
  ZoomNeedsReconnect,
  ZoomRateLimited,
  ZoomUnreachable,
  type MisconfiguredPart,
  type ZoomError,
} from './errors';
import { parseJson, type HttpReply } from './http';

/** Why a consent is no good, as kept in zoom_connections.state_reason and said in words by src/presenters. */
type ConsentLoss =
  'code_expired' | 'code_invalid' | 'scopes_missing' | 'app_disabled' | 'owner_gone' | 'revoked' | 'consent_dead';

type Refusal =
  | { readonly who: 'admin'; readonly part: MisconfiguredPart; readonly message: string }
  | { readonly who: 'teacher'; readonly reason: ConsentLoss };

const teacher = (reason: ConsentLoss): Refusal => ({ who: 'teacher', reason });
const admin = (part: MisconfiguredPart, message: string): Refusal => ({ who: 'admin', part, message });

const WRONG_CLIENT = admin('client', 'Zoom does not know the client id or the client secret');
const WRONG_REDIRECT = admin('redirect', 'The redirect address is not the one in the Zoom app');
const WRONG_SCOPE = admin('permissions', 'The Zoom app does not have a permission that was asked for');
const APP_OFF = admin('app_off', 'The Zoom app is switched off');

/**
 * 4717 is our app switched off for everybody, which costs no teacher the tokens; 4738 is one account's admin.
 *
 * @see https://developers.zoom.us/docs/integrations/oauth-error-messages/
 */
const BY_CODE: Readonly<Record<number, Refusal>> = {
  4702: WRONG_CLIENT,
  4704: WRONG_CLIENT,
  4709: WRONG_REDIRECT,
  4711: teacher('scopes_missing'),
  4717: APP_OFF,
  4733: teacher('code_expired'),
  4734: teacher('code_invalid'),
  4735: teacher('owner_gone'),
  4738: teacher('app_disabled'),
  4741: teacher('revoked'),
};

/** Most answers of Zoom say it in words only. */
const BY_WORDS: readonly (readonly [RegExp, Refusal])[] = [
  [/client[ _](id|secret)/i, WRONG_CLIENT],
  [/redirect/i, WRONG_REDIRECT],
  [/code is expired|expired.*code/i, teacher('code_expired')],
  [/authorization code|code verifier/i, teacher('code_invalid')],
  [/owner/i, teacher('owner_gone')],
  [/disabled/i, teacher('app_disabled')],
  [/revoked/i, teacher('revoked')],
];

/** Values of `error` in the address that Zoom sends the browser back to; `access_denied` is the teacher's own no. */
const BY_CONSENT_ERROR: Readonly<Record<string, Refusal>> = {
  invalid_client: WRONG_CLIENT,
  unauthorized_client: WRONG_CLIENT,
  invalid_request: WRONG_CLIENT,
  unsupported_response_type: WRONG_CLIENT,
  redirect_uri_mismatch: WRONG_REDIRECT,
  invalid_scope: WRONG_SCOPE,
};
const PASSING_CONSENT_ERRORS = ['server_error', 'temporarily_unavailable'];

/** At the consent and the exchange 4700 is about the redirect address; of a refresh it says nothing certain. */
const GENERIC_CODE = 4700;

/** Zoom calls a dead, rotated or revoked token any of these. */
const DEAD_GRANT = ['invalid_grant', 'invalid_request', 'invalid_token', 'unauthorized_client'];
const DEAD_STATUS = [400, 401];
const RATE_LIMIT_WAIT_MS = 5_000;

const errorSchema = z.object({
  error: z.string().default(''),
  reason: z.string().default(''),
  code: z.number().optional().catch(undefined),
});

/** What a bad answer of the token endpoint means. Only a definite word ends a connection. */
export function tokenError(operation: string, { status, text }: HttpReply): ZoomError {
  const { error, reason, code } = errorBody(text);
  if (status === 429) return new ZoomRateLimited(new Date(Date.now() + RATE_LIMIT_WAIT_MS));
  if (status >= 500) return new ZoomUnreachable(`${operation}: status ${status}`);
  const refusal = refusalOf(operation, { error, reason, code });
  const believed = refusal?.who === 'admin' || DEAD_STATUS.includes(status);
  return refusal && believed ? errorOf(refusal) : new ZoomUnreachable(`${operation}: status ${status}`);
}

function refusalOf(operation: string, { error, reason, code }: ErrorBody): Refusal | undefined {
  if (error === 'invalid_client') return WRONG_CLIENT;
  const said = byCode(code) ?? byWords(reason);
  if (said) return said;
  if (code === GENERIC_CODE && operation === 'exchangeCode') return WRONG_REDIRECT;
  return DEAD_GRANT.includes(error) ? teacher('consent_dead') : undefined;
}

/** What an `error` in the callback's address means; null when it is none that we know. */
export function consentError(error: string, description: string): ZoomError | null {
  if (PASSING_CONSENT_ERRORS.includes(error)) return new ZoomUnreachable('Zoom could not ask for the consent');
  const code = codeIn(`${error} ${description}`);
  if (code === GENERIC_CODE) return errorOf(WRONG_REDIRECT);
  const refusal = byCode(code) ?? byWords(description) ?? BY_CONSENT_ERROR[error];
  return refusal ? errorOf(refusal) : null;
}

/** For admins: what Zoom said, without its text, which may quote the code. */
export function noteRefusal(
  logger: Logger,
  { redirectUri }: { readonly redirectUri: string },
  operation: string,
  reply: HttpReply,
): void {
  const { error, code } = errorBody(reply.text);
  const refusal = tokenError(operation, reply);
  const wrongRedirect = refusal instanceof ZoomMisconfigured && refusal.part === 'redirect';
  logger.warn(
    {
      operation,
      status: reply.status,
      zoomError: plainWord(error),
      zoomCode: code,
      meaning: refusal.message,
      ...(wrongRedirect ? { redirectUri } : {}),
    },
    'zoom refused a token call',
  );
}

/** A word from outside, for a log or an audit row; anything but a plain word is left out. */
export function plainWord(text: string): string {
  return /^[a-z0-9_]{1,40}$/.test(text) ? text : 'not a plain word';
}

function byCode(code: number | null): Refusal | undefined {
  return code === null ? undefined : BY_CODE[code];
}

function byWords(text: string): Refusal | undefined {
  return BY_WORDS.find(([words]) => words.test(text))?.[1];
}

function errorOf(refusal: Refusal): ZoomError {
  return refusal.who === 'admin'
    ? new ZoomMisconfigured(refusal.message, refusal.part)
    : new ZoomNeedsReconnect(refusal.reason);
}

interface ErrorBody {
  readonly error: string;
  readonly reason: string;
  readonly code: number | null;
}

/** Zoom's own shape, `{"reason": …, "error": …}`; anything else (it also answers with HTML) has neither. */
function errorBody(text: string): ErrorBody {
  const parsed = errorSchema.safeParse(parseJson(text));
  if (!parsed.success) return { error: '', reason: '', code: null };
  const { error, reason, code } = parsed.data;
  return { error, reason, code: code ?? codeIn(reason) };
}

/** "(4709)" or, as its pages write it, "(4,709)" */
function codeIn(text: string): number | null {
  const [, digits] = /(?<!\w)4,?(7\d\d)(?!\w)/.exec(text) ?? [];
  return digits === undefined ? null : Number(`4${digits}`);
}
