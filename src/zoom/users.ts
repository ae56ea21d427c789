import { z } from 'zod';
import type { Config } from '../config/loadConfig';
import type { Logger } from '../observability/logger';
import { findApiUrl } from '../queries/findZoomSettings';
import { ZoomMisconfigured } from './errors';
import type { TokenDeps } from './freshToken';
import { isAllowedZoomUrl } from './hosts';
import { readReply, send, type HttpRequest } from './http';
import { callZoom } from './request';

export interface ZoomUser {
  readonly id: string;
  readonly accountId: string;
  readonly email: string;
  /** As Zoom shows it; null where it has none. */
  readonly name: string | null;
  /** Basic (type 1) hosts are cut off at 40 minutes and have no registrants. */
  readonly licensed: boolean;
}

const LICENSED = 2;
const ACTIVE = 'active';
const NAME_MAX = 255;
const TIMEOUT_MS = 25_000;

const userFields = z.object({
  id: z.string(),
  account_id: z.string(),
  email: z.string(),
  type: z.number(),
  display_name: z.string().nullish(),
});

const toUser = ({ id, account_id, email, type, display_name }: z.infer<typeof userFields>): ZoomUser => ({
  id,
  accountId: account_id,
  email,
  name: display_name?.trim().slice(0, NAME_MAX) || null,
  licensed: type === LICENSED,
});

const userSchema = userFields.transform(toUser);

export interface ZoomHost extends ZoomUser {
  readonly active: boolean;
}

const hostSchema = userFields
  .extend({ status: z.string().default(ACTIVE) })
  .transform(({ status, ...fields }) => ({ ...toUser(fields), active: status === ACTIVE }));

/** How the teacher's user at Zoom stands now. */
export function getUser(deps: TokenDeps, userId: number): Promise<ZoomHost> {
  return callZoom(deps, userId, { operation: 'user', method: 'GET', path: '/users/me', schema: hostSchema });
}

const settingsSchema = z
  .object({ feature: z.object({ meeting_capacity: z.number().int().positive().optional() }).optional() })
  .transform(({ feature }) => feature?.meeting_capacity ?? null);

/** How many people a meeting of theirs may have; only with the permission `user:read:settings`. */
export function getCapacity(deps: TokenDeps, userId: number): Promise<number | null> {
  return callZoom(deps, userId, {
    operation: 'userSettings',
    method: 'GET',
    path: '/users/me/settings',
    schema: settingsSchema,
  });
}

/** Who has just consented; asked with the new token itself, before anything is stored. */
export async function fetchZoomUser(
  { config, logger }: { config: Config; logger: Logger },
  accessToken: string,
  apiUrl: string | null,
): Promise<ZoomUser> {
  const base = apiUrl && isAllowedZoomUrl(config, apiUrl) ? `${apiUrl}/v2` : await findApiUrl({ config });
  const url = `${base}/users/me`;
  if (!isAllowedZoomUrl(config, url))
    throw new ZoomMisconfigured('The API address is not an allowed Zoom host', 'host');
  const request: HttpRequest = {
    operation: 'user',
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
  };
  return readReply(request, await send(logger, request), userSchema, new Date());
}
