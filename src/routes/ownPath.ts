/** Longer than any path of ours; a Location header has room for it. */
export const NEXT_MAX = 2000;

/** Resolved against any site, a path of ours stays there. */
const ANY_SITE = 'https://site.invalid';

/** A path of this site and nothing that a browser could take for another one. */
export function isOwnPath(text: string): boolean {
  if (text.length > NEXT_MAX || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return false;
  return URL.canParse(text, ANY_SITE) && new URL(text, ANY_SITE).origin === ANY_SITE;
}

/** Where to go on from a page that was only on somebody's way: `?next=`, if it is a path of ours; else null. */
export function nextIn(query: Readonly<Record<string, unknown>>): string | null {
  const { next } = query;
  return typeof next === 'string' && isOwnPath(next) ? next : null;
}

/** A path that knows where to go on afterwards. */
export function withNext(path: string, next: string | null): string {
  return next === null ? path : `${path}?next=${encodeURIComponent(next)}`;
}
