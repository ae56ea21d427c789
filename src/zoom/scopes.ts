/**
 * What we ask of a teacher's Zoom account, as the granular scopes of new Zoom apps, and the classic scope that covers
 * each in older ones.
 *
 * @see https://developers.zoom.us/docs/integrations/oauth-scopes-granular/
 */
const NEEDED = [
  { granular: 'user:read:user', classic: 'user:read' },
  { granular: 'meeting:write:meeting', classic: 'meeting:write' },
  { granular: 'meeting:read:meeting', classic: 'meeting:read' },
  { granular: 'meeting:update:meeting', classic: 'meeting:write' },
  { granular: 'meeting:delete:meeting', classic: 'meeting:write' },
  { granular: 'meeting:read:list_meetings', classic: 'meeting:read' },
  { granular: 'meeting:write:batch_registrants', classic: 'meeting:write' },
  { granular: 'meeting:write:invite_links', classic: 'meeting:write' },
  { granular: 'meeting:read:past_meeting', classic: 'meeting:read' },
  { granular: 'meeting:read:list_past_participants', classic: 'meeting:read' },
] as const;

/** The scopes that a consent lacks; people may untick some. */
export function missingScopes(granted: readonly string[]): string[] {
  const has = (scope: string) => granted.includes(scope) || granted.includes(`${scope}:admin`);
  return NEEDED.filter(({ granular, classic }) => !has(granular) && !has(classic)).map(({ granular }) => granular);
}
