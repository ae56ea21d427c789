const NAMED = 8;

/** "Ann, Bob and Cid"; of many the first, and how many more there are. */
export function inPart(names: readonly string[]): string {
  const more = names.length - NAMED;
  const parts = more > 1 ? [...names.slice(0, NAMED), `${more} more`] : names;
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(parts);
}
