import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes, type Sequelize } from 'sequelize';
import { openIncident } from '../commands/openIncident';
import type { Config } from '../config/loadConfig';
import { inTransaction } from '../db/transaction';
import type { Clock } from '../domain/clock';
import { ZoomConnection } from '../models/ZoomConnection';
import type { Logger } from '../observability/logger';
import { findApiUrl, findZoomApp } from '../queries/findZoomSettings';
import { DecryptionError, type Encryption } from '../security/encryption';
import { deliverOutbox } from '../temporal/outbox';
import type { Temporal } from '../temporal/temporal';
import { ZoomNeedsReconnect, ZoomTokensLocked, ZoomUnreachable } from './errors';
import { isAllowedZoomUrl } from './hosts';
import { refreshTokens, type Tokens } from './oauth';

export interface TokenDeps {
  readonly config: Config;
  readonly db: Sequelize;
  readonly encryption: Encryption;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly temporal: Temporal;
}

export interface FreshToken {
  readonly accessToken: string;
  /** The API's base URL for this connection, with /v2. */
  readonly apiUrl: string;
  /** Names this token pair; hand it back as `refused` when Zoom does not accept the access token. */
  readonly version: number;
}

/** An access token with less life than this is renewed before it is used. */
const MIN_LIFE_MS = 5 * 60_000;
/** Two token calls of 30 s each, and saving. */
const LEASE_SECONDS = 90;
const WAIT_FOR_OTHER_MS = 10_000;
const LOOK_AGAIN_MS = 150;
/** ms until a new pair that the database did not take is saved again: at first, and at most, as each wait is twice the last. */
const SAVE_AGAIN_MS = [50, 2_000] as const;

/**
 * The one way to a teacher's access token, for web and activities alike. Zoom's refresh tokens work once, so only one
 * process may refresh: a lease on the row chooses it, the others wait for the row to change.
 *
 * @param refused the version whose access token Zoom has just refused, to force a refresh
 * @throws ZoomNeedsReconnect, ZoomUnreachable, ZoomNotConfigured, ZoomMisconfigured, ZoomRateLimited, ZoomTokensLocked
 */
export async function freshToken(deps: TokenDeps, userId: number, refused?: number): Promise<FreshToken> {
  const deadline = Date.now() + WAIT_FOR_OTHER_MS;
  for (;;) {
    const connection = await ZoomConnection.findOne({ where: { userId } });
    if (!connection || connection.state !== 'connected') {
      throw new ZoomNeedsReconnect(connection?.stateReason ?? 'Zoom is not connected');
    }
    if (lifeLeftMs(deps, connection) > MIN_LIFE_MS && connection.version !== refused) {
      return readableToken(deps, connection);
    }
    if (await takeLease(deps.db, connection)) {
      const renewed = await renew(deps, connection, refused);
      if (renewed) return renewed;
    } else if (Date.now() > deadline) {
      return stillUsable(deps, connection, refused);
    } else {
      await sleep(LOOK_AGAIN_MS);
    }
  }
}

async function readableToken(deps: TokenDeps, connection: ZoomConnection): Promise<FreshToken> {
  try {
    return await tokenOf(deps, connection);
  } catch (error) {
    if (error instanceof ZoomNeedsReconnect) await markDead(deps, connection, error.reason);
    throw error;
  }
}

/** Whether the keys for a connection's tokens are there; tokens that are damaged are another matter. */
export async function hasReadableTokens(deps: TokenDeps, connection: ZoomConnection): Promise<boolean> {
  try {
    await tokenOf(deps, connection);
    return true;
  } catch (error) {
    return !(error instanceof ZoomTokensLocked);
  }
}

/** The access token as it is kept, however old; null when it cannot be read. */
export async function keptToken(deps: TokenDeps, connection: ZoomConnection): Promise<string | null> {
  try {
    return (await tokenOf(deps, connection)).accessToken;
  } catch (error) {
    if (error instanceof ZoomNeedsReconnect || error instanceof ZoomTokensLocked) return null;
    throw error;
  }
}

/** Where a connection's tokens are encrypted for. */
function tokenPlace(column: string, userId: number) {
  return { table: 'zoom_connections', column, row: userId };
}

/** The columns that keep a token pair; the version names it. */
export function tokenColumns(deps: Pick<TokenDeps, 'encryption' | 'clock'>, userId: number, tokens: Tokens) {
  const seal = (column: string, token: string) => deps.encryption.encrypt(token, tokenPlace(column, userId));
  return {
    accessTokenEncrypted: seal('access_token_encrypted', tokens.accessToken),
    refreshTokenEncrypted: seal('refresh_token_encrypted', tokens.refreshToken),
    tokenExpiresAt: new Date(deps.clock.now().getTime() + tokens.expiresIn * 1000),
    refreshedAt: deps.clock.now(),
    scopes: tokens.scopes.join(' '),
    apiUrl: tokens.apiUrl,
  };
}

async function takeLease(db: Sequelize, { userId, version }: ZoomConnection): Promise<boolean> {
  const [, changed] = await db.query(
    `UPDATE zoom_connections
        SET lease_holder = :holder, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_SECONDS} SECOND
      WHERE user_id = :userId AND version = :version AND state = 'connected'
        AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))`,
    { type: QueryTypes.UPDATE, replacements: { holder: randomUUID(), userId, version } },
  );
  return changed === 1;
}

/** Refreshes under the lease. Returns null when another process has changed the row meanwhile: look again. */
async function renew(deps: TokenDeps, connection: ZoomConnection, refused?: number): Promise<FreshToken | null> {
  const leaseEndsAt = Date.now() + LEASE_SECONDS * 1000;
  let tokens: Tokens;
  try {
    tokens = await refreshOnceMore(deps, connection);
  } catch (error) {
    if (error instanceof ZoomNeedsReconnect) return giveUp(deps, connection, error);
    await releaseLease(connection);
    if (error instanceof ZoomUnreachable) return stillUsable(deps, connection, refused);
    throw error;
  }
  return saveTokens(deps, connection, tokens, leaseEndsAt);
}

/**
 * Asks again once with the same token when the answer was lost: it costs nothing if Zoom never saw the request, and
 * tells us at once if it did and has rotated.
 */
async function refreshOnceMore(deps: TokenDeps, connection: ZoomConnection): Promise<Tokens> {
  const app = await findZoomApp(deps);
  const refreshToken = decryptToken(deps, connection, 'refreshTokenEncrypted', 'refresh_token_encrypted');
  try {
    return await refreshTokens(deps.logger, app, refreshToken);
  } catch (error) {
    if (!(error instanceof ZoomUnreachable)) throw error;
    return refreshTokens(deps.logger, app, refreshToken);
  }
}

/** Persists the pair before anybody uses it; the former refresh token is kept until the next rotation. */
async function saveTokens(
  deps: TokenDeps,
  connection: ZoomConnection,
  tokens: Tokens,
  leaseEndsAt: number,
): Promise<FreshToken | null> {
  const { userId, version } = connection;
  const former = decryptToken(deps, connection, 'refreshTokenEncrypted', 'refresh_token_encrypted');
  const columns = {
    ...tokenColumns(deps, userId, tokens),
    previousRefreshTokenEncrypted: deps.encryption.encrypt(
      former,
      tokenPlace('previous_refresh_token_encrypted', userId),
    ),
    version: version + 1,
    leaseHolder: null,
    leaseUntil: null,
  };
  const save = () => ZoomConnection.update(columns, { where: { userId, version } });
  const [changed] = await insist(deps, save, leaseEndsAt);
  return changed === 1 ? tokenOf(deps, await connection.reload()) : null;
}

/**
 * Zoom has rotated by now, and nobody else has the new pair: whatever the database says, it is tried as long as nobody else
 * may refresh. An answer of its that was lost does no harm, as the version is another then.
 */
async function insist<T>({ logger }: TokenDeps, save: () => Promise<T>, until: number): Promise<T> {
  const [first, longest] = SAVE_AGAIN_MS;
  for (let wait: number = first; ; wait = Math.min(2 * wait, longest)) {
    try {
      return await save();
    } catch (error) {
      if (Date.now() + wait > until) throw error;
      logger.warn({ err: error }, 'a new pair of Zoom tokens could not be saved; trying again');
      await sleep(wait);
    }
  }
}

/** Zoom says the consent is dead; believed only if nobody has saved a newer pair meanwhile. */
async function giveUp(deps: TokenDeps, connection: ZoomConnection, error: ZoomNeedsReconnect): Promise<null> {
  if (!(await markDead(deps, connection, error.reason))) return null;
  throw error;
}

/**
 * Only the teacher can help: the connection is marked, and people are told. Does nothing when a newer pair has been
 * saved meanwhile.
 *
 * @param connection as it was read; its version names the pair that is dead
 */
export async function markDead(
  deps: TokenDeps,
  { userId, version }: Pick<ZoomConnection, 'userId' | 'version'>,
  reason: string,
): Promise<boolean> {
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const [changed] = await ZoomConnection.update(
      { state: 'needs_reconnect', stateReason: reason, leaseHolder: null, leaseUntil: null },
      { where: { userId, version, state: 'connected' }, transaction },
    );
    return changed === 1 ? openIncident(deps, { cause: 'teacher_connection', userId }, transaction) : null;
  });
  if (outboxIds === null) return false;
  deps.logger.warn({ userId }, 'zoom connection is dead; the teacher must connect again');
  await deliverOutbox(deps, ...outboxIds);
  return true;
}

async function releaseLease({ userId, version }: ZoomConnection): Promise<void> {
  await ZoomConnection.update({ leaseHolder: null, leaseUntil: null }, { where: { userId, version } });
}

/** When a refresh is not to be had now, a token that still lives will do. */
async function stillUsable(deps: TokenDeps, connection: ZoomConnection, refused?: number): Promise<FreshToken> {
  if (lifeLeftMs(deps, connection) > 0 && connection.version !== refused) return await tokenOf(deps, connection);
  throw new ZoomUnreachable('the access token could not be refreshed now');
}

function lifeLeftMs({ clock }: TokenDeps, { tokenExpiresAt }: ZoomConnection): number {
  return (tokenExpiresAt?.getTime() ?? 0) - clock.now().getTime();
}

async function tokenOf(deps: TokenDeps, connection: ZoomConnection): Promise<FreshToken> {
  const own = connection.apiUrl && isAllowedZoomUrl(deps.config, connection.apiUrl) ? `${connection.apiUrl}/v2` : null;
  return {
    accessToken: decryptToken(deps, connection, 'accessTokenEncrypted', 'access_token_encrypted'),
    apiUrl: own ?? (await findApiUrl(deps)),
    version: connection.version,
  };
}

function decryptToken(
  { encryption }: TokenDeps,
  connection: ZoomConnection,
  field: 'accessTokenEncrypted' | 'refreshTokenEncrypted',
  column: string,
): string {
  const text = connection[field];
  if (text === null) throw new ZoomNeedsReconnect('there is no token');
  try {
    return encryption.decrypt(text, tokenPlace(column, connection.userId));
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    if (error.keyIsMissing) throw new ZoomTokensLocked(error.message);
    throw new ZoomNeedsReconnect('token_unreadable');
  }
}
