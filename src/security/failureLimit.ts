import { RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Sequelize } from 'sequelize';

export interface FailureLimit {
  /**
   * Counts one failure.
   *
   * @returns false when there have been too many
   */
  count(key: string): Promise<boolean>;

  /** How many more there may be; counts nothing. */
  left(key: string): Promise<number>;
}

interface LimitOptions {
  readonly name: string;
  readonly failures: number;
  readonly seconds: number;
}

/**
 * Counts failures, and nothing but failures, in MySQL, so that all processes count together. What has gone over its
 * limit is remembered in memory until the window ends, so that a flood costs the database nothing.
 */
export function createFailureLimit(db: Sequelize, { name, failures, seconds }: LimitOptions): FailureLimit {
  const limiter = new RateLimiterMySQL({
    storeClient: db,
    storeType: 'sequelize',
    dbName: db.getDatabaseName(),
    tableName: 'rate_limits',
    tableCreated: true,
    keyPrefix: name,
    points: failures,
    duration: seconds,
    inMemoryBlockOnConsumed: failures + 1,
    // For each limiter it would start a timer that never ends; the nightly cleanup takes away what has expired.
    clearExpiredByTimeout: false,
  });
  return {
    count: async (key) => {
      try {
        await limiter.consume(key);
        return true;
      } catch (error) {
        if (error instanceof RateLimiterRes) return false;
        throw error;
      }
    },
    left: async (key) => (await limiter.get(key))?.remainingPoints ?? failures,
  };
}
