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
