/**
 * What we ask of a teacher's Zoom account, as the granular scopes of new Zoom apps, and the classic scope that covers
 * each in older ones; the reason completes "to …".
 *
 * @see https://developers.zoom.us/docs/integrations/oauth-scopes-granular/
 */
export const NEEDED_SCOPES = [
  { granular: 'user:read:user', classic: 'user:read', words: 'See your name, address and licence' },
  { granular: 'meeting:write:meeting', classic: 'meeting:write', words: 'Make the meeting of a class' },
  { granular: 'meeting:read:meeting', classic: 'meeting:read', words: 'Look at that meeting and start it for you' },
  { granular: 'meeting:update:meeting', classic: 'meeting:write', words: 'Move it when the class is moved' },
  { granular: 'meeting:delete:meeting', classic: 'meeting:write', words: 'Delete it when the class is cancelled' },
  {
    granular: 'meeting:read:list_meetings',
    classic: 'meeting:read',
    words: 'List meetings, so that none is made twice',
  },
  {
    granular: 'meeting:write:batch_registrants',
    classic: 'meeting:write',
    words: 'Register your students, so that each has a link of their own',
  },
  {
    granular: 'meeting:update:registrant_status',
    classic: 'meeting:write',
    words: 'Take the link of a guest back who was removed',
  },
  { granular: 'meeting:write:invite_links', classic: 'meeting:write', words: 'Make links for guests' },
  { granular: 'meeting:read:past_meeting', classic: 'meeting:read', words: 'See when a class began and ended' },
  { granular: 'meeting:read:list_past_participants', classic: 'meeting:read', words: 'See who came to a class' },
] as const;

export interface NeededScope {
  readonly scope: string;
  /** What it is good for, for the teacher. */
  readonly words: string;
  readonly granted: boolean;
}

/** Everything we need, in words, and whether a consent covers it; people may untick some. */
export function describeScopes(granted: readonly string[]): NeededScope[] {
  const has = (scope: string) => granted.includes(scope) || granted.includes(`${scope}:admin`);
  return NEEDED_SCOPES.map(({ granular, classic, words }) => ({
    scope: granular,
    words,
    granted: has(granular) || has(classic),
  }));
}

/** Whether a consent, as Zoom wrote it down, covers a granular scope; older apps have `user:read` for all of `user:read:…`. */
export function holdsScope(scopes: string | null, granular: string): boolean {
  const classic = granular.split(':').slice(0, 2).join(':');
  const held = (scopes ?? '').split(' ');
  return [granular, classic].some((scope) => held.includes(scope) || held.includes(`${scope}:admin`));
}

/** The scopes that a consent lacks. */
export function missingScopes(granted: readonly string[]): NeededScope[] {
  return describeScopes(granted).filter((needed) => !needed.granted);
}
