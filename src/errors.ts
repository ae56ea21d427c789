/** An error with a meaning for whoever asked: its message is shown to them, so it says what to do. */
export class AppError extends Error {
  override readonly name: string = 'AppError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export class NotFoundError extends AppError {
  constructor(message = 'There is no such page. Check the address, or start again from the first page.') {
    super(404, 'not_found', message);
  }
}

export class ForbiddenError extends AppError {
  constructor(message = 'You may not do this.') {
    super(403, 'forbidden', message);
  }
}

/** One thing wrong with what somebody entered, and where. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Everything wrong with the address of a call at once: its path and its query. */
export class ParameterErrors extends AppError {
  constructor(readonly parameters: readonly FieldError[]) {
    super(400, 'invalid_parameters', parameters.map(({ message }) => message).join(' '));
  }
}

/** Somebody here has changed what a marketplace's program wants to change, and it has not said that it knows. */
export class ChangedHereError extends AppError {
  constructor(
    readonly fields: readonly FieldError[],
    /** what those fields are called among ourselves */
    readonly names: readonly string[],
  ) {
    super(409, 'changed_here', eachOnce(fields));
  }
}

/** Somebody is at an address already who cannot be whom a marketplace's program means; who it is, is not its affair. */
export class AddressTakenError extends AppError {
  readonly fields: readonly FieldError[];

  constructor() {
    const message =
      'This address belongs to somebody else here. If it is the same person, an admin can hand them over.';
    super(409, 'address_taken', message);
    this.fields = [{ field: 'email', message }];
  }
}

/** Everything wrong with a form at once; nothing has been saved. */
export class FieldErrors extends AppError {
  constructor(readonly fields: readonly FieldError[]) {
    super(422, 'invalid_fields', eachOnce(fields));
  }
}

/** What is wrong in several fields alike is said once. */
function eachOnce(fields: readonly FieldError[]): string {
  return [...new Set(fields.map(({ message }) => message))].join(' ');
}
