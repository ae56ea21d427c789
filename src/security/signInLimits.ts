import { RateLimiterMySQL, RateLimiterRes } from 'rate-limiter-flexible';
import type { Sequelize } from 'sequelize';

/** Failures only: somebody who knows the password is never slowed down by their own sign-ins. */
export interface SignInLimits {
  /** Whether another try is allowed now. */
  allows(network: string, email: string): Promise<boolean>;
  countFailure(network: string, email: string): Promise<void>;
}

const MINUTE_SECONDS = 60;
const BY_NETWORK = { points: 50, duration: 15 * MINUTE_SECONDS };
/** By network and account together, so that a stranger cannot lock an owner out from elsewhere. */
const BY_ACCOUNT = { points: 8, duration: 10 * MINUTE_SECONDS };

export function createSignInLimits(db: Sequelize): SignInLimits {
  const options = {
    storeClient: db,
    storeType: 'sequelize',
    dbName: db.getDatabaseName(),
    tableName: 'rate_limits',
    tableCreated: true,
  };
  const byNetwork = new RateLimiterMySQL({ ...options, keyPrefix: 'signin-ip', ...BY_NETWORK });
  const byAccount = new RateLimiterMySQL({ ...options, keyPrefix: 'signin-account', ...BY_ACCOUNT });
  return {
    allows: async (network, email) => {
      const [ofNetwork, ofAccount] = await Promise.all([
        byNetwork.get(network),
        byAccount.get(accountKey(network, email)),
      ]);
      return hasPoints(ofNetwork, BY_NETWORK.points) && hasPoints(ofAccount, BY_ACCOUNT.points);
    },
    countFailure: async (network, email) => {
      await Promise.all([consume(byNetwork, network), consume(byAccount, accountKey(network, email))]);
    },
  };
}

function accountKey(network: string, email: string): string {
  return `${network}|${Buffer.from(email.toLowerCase()).toString('base64url')}`.slice(0, 200);
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
