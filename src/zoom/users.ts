import { z } from 'zod';
import type { Config } from '../config/loadConfig';
import type { Logger } from '../observability/logger';
import { findApiUrl } from '../queries/findZoomSettings';
import { ZoomMisconfigured } from './errors';
import { isAllowedZoomUrl } from './hosts';
import { readReply, send, type HttpRequest } from './http';

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
const NAME_MAX = 255;
const TIMEOUT_MS = 25_000;

const userSchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    email: z.string(),
    type: z.number(),
    display_name: z.string().nullish(),
  })
  .transform(({ id, account_id, email, type, display_name }) => ({
    id,
    accountId: account_id,
    email,
    name: display_name?.trim().slice(0, NAME_MAX) || null,
    licensed: type === LICENSED,
  }));

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
