import { RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Sequelize } from 'sequelize';

export interface Allowance {
  readonly allowed: boolean;
  readonly remaining: number;
  /** until calls count from nought again */
  readonly seconds: number;
}

export interface CallLimit {
  /** Counts one call of that key. */
  count(keyId: number, callsAMinute: number): Promise<Allowance>;
}

export const CALL_WINDOW_SECONDS = 60;

/**
 * Counts each key's calls in MySQL, so that all processes count together. What has gone over its limit is remembered in
 * memory, so that a flood costs the database nothing.
 */
export function createCallLimit(db: Sequelize): CallLimit {
  const limiters = new Map<number, RateLimiterMySQL>();
  const limiterFor = (points: number): RateLimiterMySQL => {
    const known = limiters.get(points);
    if (known) return known;
    const made = new RateLimiterMySQL({
      storeClient: db,
      storeType: 'sequelize',
      dbName: db.getDatabaseName(),
      tableName: 'rate_limits',
      tableCreated: true,
      keyPrefix: `api-${points}`,
      points,
      duration: CALL_WINDOW_SECONDS,
      inMemoryBlockOnConsumed: points + 1,
    });
    limiters.set(points, made);
    return made;
  };
  return {
    count: async (keyId, callsAMinute) => {
      try {
        return allowance(true, await limiterFor(callsAMinute).consume(keyId));
      } catch (error) {
        if (error instanceof RateLimiterRes) return allowance(false, error);
        throw error;
      }
    },
  };
}

function allowance(allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Allowance {
  return { allowed, remaining: Math.max(remainingPoints, 0), seconds: Math.max(Math.ceil(msBeforeNext / 1000), 1) };
}
