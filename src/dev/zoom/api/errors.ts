export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An error as Zoom's API words it: HTTP status, Zoom's own code, a message, extra headers. */
export class ZoomApiError extends Error {
  override readonly name = 'ZoomApiError';

  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly details: { readonly errors?: readonly FieldError[]; readonly headers?: Record<string, string> } = {},
  ) {
    super(message);
  }

  get body() {
    const { errors } = this.details;
    return { code: this.code, message: this.message, ...(errors ? { errors } : {}) };
  }
}

export function validationFailed(errors: FieldError[]): ZoomApiError {
  return new ZoomApiError(400, 300, 'Validation Failed.', { errors });
}

export function meetingNotFound(id: string | number): ZoomApiError {
  return new ZoomApiError(404, 3001, `Meeting does not exist: ${id}.`);
}

export function invalidMeetingId(): ZoomApiError {
  return new ZoomApiError(400, 300, 'Invalid meeting id.');
}

export function paidOnly(accountId: string): ZoomApiError {
  return new ZoomApiError(400, 200, `Only available for Paid account/user: ${accountId}.`);
}

export function registrationOff(id: number): ZoomApiError {
  return new ZoomApiError(404, 404, `Registration has not been enabled for this meeting: ${id}.`);
}

export function userNotFound(userId: string): ZoomApiError {
  return new ZoomApiError(404, 1001, `User does not exist: ${userId}.`);
}
