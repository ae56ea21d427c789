import { RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Sequelize } from 'sequelize';

/** Failures only: somebody who knows the password is never slowed down by their own sign-ins. */
export interface SignInLimits {
  /** Whether another try is allowed now. */
  allows(ipAddress: string, email: string): Promise<boolean>;
  countFailure(ipAddress: string, email: string): Promise<void>;
}

const MINUTE_SECONDS = 60;
const BY_ADDRESS = { points: 50, duration: 15 * MINUTE_SECONDS };
/** By address and account together, so that a stranger cannot lock an owner out from elsewhere. */
const BY_ACCOUNT = { points: 8, duration: 10 * MINUTE_SECONDS };

export function createSignInLimits(db: Sequelize): SignInLimits {
  const options = {
    storeClient: db,
    storeType: 'sequelize',
    dbName: db.getDatabaseName(),
    tableName: 'rate_limits',
    tableCreated: true,
  };
  const byAddress = new RateLimiterMySQL({ ...options, keyPrefix: 'signin-ip', ...BY_ADDRESS });
  const byAccount = new RateLimiterMySQL({ ...options, keyPrefix: 'signin-account', ...BY_ACCOUNT });
  return {
    allows: async (ipAddress, email) => {
      const [address, account] = await Promise.all([
        byAddress.get(ipAddress),
        byAccount.get(accountKey(ipAddress, email)),
      ]);
      return hasPoints(address, BY_ADDRESS.points) && hasPoints(account, BY_ACCOUNT.points);
    },
    countFailure: async (ipAddress, email) => {
      await Promise.all([consume(byAddress, ipAddress), consume(byAccount, accountKey(ipAddress, email))]);
    },
  };
}

function accountKey(ipAddress: string, email: string): string {
  return `${ipAddress}|${Buffer.from(email.toLowerCase()).toString('base64url')}`.slice(0, 200);
}

function hasPoints(result: RateLimiterRes | null, points: number): boolean {
  return result === null || result.consumedPoints < points;
}

async function consume(limiter: RateLimiterMySQL, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
  }
}
