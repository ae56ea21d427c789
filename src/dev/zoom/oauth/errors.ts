/** An error as Zoom's token endpoint words it, which is not the way of RFC 6749. */
export class OauthError extends Error {
  override readonly name = 'OauthError';

  constructor(
    readonly status: number,
    readonly reason: string,
    readonly error: string,
  ) {
    super(reason);
  }
}

export function deadRefreshToken(): OauthError {
  return new OauthError(400, 'Invalid Token!', 'invalid_grant');
}

/** What Zoom's page of OAuth errors lists. Some answers name their number, most have words only. */
const DOCUMENTED: Readonly<Record<number, OauthError>> = {
  4700: new OauthError(400, 'Bad request. (4,700)', 'invalid_request'),
  4702: new OauthError(401, 'Invalid client. (4702)', 'invalid_client'),
  4704: new OauthError(400, 'Invalid client secret. (4,704)', 'invalid_request'),
  4709: new OauthError(400, 'Redirect URI mismatch.', 'invalid_request'),
  4711: new OauthError(400, 'Invalid scope. (4711)', 'invalid_request'),
  4717: new OauthError(400, 'The app has been disabled. (4717)', 'invalid_request'),
  4733: new OauthError(400, 'Authorization code is expired.', 'invalid_grant'),
  4734: new OauthError(400, 'Invalid authorization code.', 'invalid_grant'),
  4735: new OauthError(400, 'The owner of the token does not exist. (4,735)', 'invalid_request'),
  4738: new OauthError(400, 'The app has been disabled by the account admin. (4738)', 'invalid_request'),
  4741: new OauthError(400, 'The token has been revoked.', 'invalid_grant'),
};

export function documentedError(code: number | undefined): OauthError {
  return DOCUMENTED[code ?? 0] ?? new OauthError(400, 'Bad request.', 'invalid_request');
}
