const NAME = /^[a-z\d](?:[a-z\d-]{0,38}[a-z\d])?$/;

/** Whose orders something is about: the name that an admin gives a marketplace. */
export function isCustomer(text: string): boolean {
  return NAME.test(text);
}
