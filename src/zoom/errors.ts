/** Everything that can go wrong between us and Zoom. Messages never quote a token, an address or a URL. */
export class ZoomError extends Error {
  override readonly name: string = 'ZoomError';
}

/** The Zoom app's client id or secret has not been entered yet. */
export class ZoomNotConfigured extends ZoomError {
  override readonly name = 'ZoomNotConfigured';
}

/** What an admin has to mend: the client id or secret, the redirect address, the app itself, or an address of ours. */
export type MisconfiguredPart = 'client' | 'redirect' | 'permissions' | 'app_off' | 'host';

/** Zoom does not accept our app as it is set up: the admin must mend it; no teacher's tokens are at fault. */
export class ZoomMisconfigured extends ZoomError {
  override readonly name = 'ZoomMisconfigured';

  constructor(
    message: string,
    readonly part: MisconfiguredPart,
  ) {
    super(message);
  }
}

/** A key is missing from ENCRYPTION_KEYS, so that teachers' tokens cannot be read; they are well once it is back. */
export class ZoomTokensLocked extends ZoomError {
  override readonly name = 'ZoomTokensLocked';
}

/** Only the teacher can help: they must connect Zoom (again). */
export class ZoomNeedsReconnect extends ZoomError {
  override readonly name = 'ZoomNeedsReconnect';

  constructor(readonly reason: string) {
    super(`The teacher must connect Zoom again: ${reason}`);
  }
}

/** Too many calls for this moment; the whole Zoom account shares the limit. */
export class ZoomRateLimited extends ZoomError {
  override readonly name = 'ZoomRateLimited';

  constructor(readonly until: Date) {
    super(`Zoom asks to wait until ${until.toISOString()}`);
  }
}

/** What a daily limit counts: all calls of the Zoom account, what one host makes and changes, or one registrant. */
export type DailyLimitOf = 'account' | 'host' | 'registrant';

/** A daily limit is used up; it begins anew at 00:00 UTC. */
export class ZoomDailyLimit extends ZoomError {
  override readonly name = 'ZoomDailyLimit';

  constructor(
    readonly until: Date,
    readonly of: DailyLimitOf,
  ) {
    super(`Zoom's daily limit is used up until ${until.toISOString()}`);
  }
}

export class ZoomNotFound extends ZoomError {
  override readonly name = 'ZoomNotFound';
}

/** A definite refusal: Zoom did not do it. */
export class ZoomRefused extends ZoomError {
  override readonly name = 'ZoomRefused';

  constructor(
    readonly status: number,
    /** Zoom's own error code, where the answer had one. */
    readonly code: number | null,
  ) {
    super(`Zoom refused with status ${status}, code ${code ?? 'none'}`);
  }
}

/** A list was not read to its end in time, so the token of its next page is void: it is to be read anew. */
export class ZoomPageExpired extends ZoomError {
  override readonly name = 'ZoomPageExpired';
}

/** No definite answer to a request that changes something: it may have been carried out. Never simply repeat it. */
export class ZoomUnknownOutcome extends ZoomError {
  override readonly name = 'ZoomUnknownOutcome';
}

/** No usable answer to a request that changes nothing; it may be repeated. */
export class ZoomUnreachable extends ZoomError {
  override readonly name = 'ZoomUnreachable';
}
