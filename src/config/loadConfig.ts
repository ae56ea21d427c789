import { readFileSync } from 'node:fs';
import { environmentSchema, type Environment } from './schema';

type SigningKey = Environment['SIGNING_KEYS'][number];

export interface Config {
  readonly production: boolean;
  /** On a developer's own machine: there is more to try things out with. */
  readonly development: boolean;
  readonly logLevel: Environment['LOG_LEVEL'];
  readonly appUrl: string;
  readonly host: string;
  readonly port: number;
  readonly trustedProxyHops: number;
  readonly database: { readonly url: string; readonly poolMax: number };
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly apiKey: string | undefined;
    readonly tls: boolean;
    readonly uiUrl: string | undefined;
  };
  /** AES-256-GCM keys; the first encrypts, all decrypt. */
  readonly encryptionKeys: readonly SigningKey[];
  /** HMAC keys for passes, cookies, nonces and audit rows; the first signs, all verify. */
  readonly signingKeys: readonly SigningKey[];
  readonly smtp: {
    readonly host: string;
    readonly port: number;
    readonly secure: boolean;
    readonly user: string | undefined;
    readonly password: string | undefined;
  };
  readonly mailFrom: { readonly address: string; readonly name: string };
  readonly supportEmail: string;
  readonly zoom: {
    readonly oauthUrl: string;
    readonly apiUrl: string;
    readonly allowedHosts: readonly string[];
    /** Seeds the settings row when it does not exist yet. */
    readonly first: {
      readonly clientId: string | undefined;
      readonly clientSecret: string | undefined;
      readonly webhookSecret: string | undefined;
    };
  };
}

/** Everything wrong with the environment at once, each line naming the variable and the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(
      `The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSee .env.sample for every setting.`,
    );
  }
}

/**
 * Parses the environment once. A variable `NAME_FILE` stands for the content of that file, as container secrets want.
 *
 * @throws ConfigError naming every wrong or missing variable
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const { values, problems } = readEnvironment(environment);
  const parsed = environmentSchema.safeParse(values);
  if (!parsed.success) {
    problems.push(...parsed.error.issues.map((issue) => describeIssue(issue, values)));
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  const found = crossCheck(parsed.data);
  if (found.length > 0) throw new ConfigError(found);
  return Object.freeze(toConfig(parsed.data));
}

function readEnvironment(environment: NodeJS.ProcessEnv) {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of Object.keys(environmentSchema.shape)) {
    const value = environment[name];
    const file = environment[`${name}_FILE`];
    if (value !== undefined && value !== '') values[name] = value;
    else if (file) {
      try {
        values[name] = readFileSync(file, 'utf8').trim();
      } catch {
        problems.push(`${name}_FILE: cannot read ${file}`);
      }
    }
  }
  return { values, problems };
}

function describeIssue(issue: { path: PropertyKey[]; message: string }, values: Record<string, string>): string {
  const name = String(issue.path[0]);
  return name in values ? `${name}: ${issue.message}` : `${name}: is missing`;
}

function crossCheck(env: Environment): string[] {
  const problems: string[] = [];
  if (env.NODE_ENV === 'production' && !env.APP_URL.startsWith('https://')) {
    problems.push(
      'APP_URL: must start with https:// in production; set NODE_ENV=development to try things on a laptop',
    );
  }
  if (env.SMTP_USER && !env.SMTP_PASSWORD) problems.push('SMTP_PASSWORD: is missing although SMTP_USER is set');
  return problems;
}

function toConfig(env: Environment): Config {
  return {
    production: env.NODE_ENV === 'production',
    development: env.NODE_ENV === 'development',
    logLevel: env.LOG_LEVEL,
    appUrl: env.APP_URL,
    host: env.HOST,
    port: env.PORT,
    trustedProxyHops: env.TRUSTED_PROXY_HOPS,
    database: { url: env.DATABASE_URL, poolMax: env.DATABASE_POOL_MAX },
    temporal: {
      address: env.TEMPORAL_ADDRESS,
      namespace: env.TEMPORAL_NAMESPACE,
      apiKey: env.TEMPORAL_API_KEY,
      tls: env.TEMPORAL_TLS,
      uiUrl: env.TEMPORAL_UI_URL,
    },
    encryptionKeys: env.ENCRYPTION_KEYS,
    signingKeys: env.SIGNING_KEYS,
    smtp: {
      host: env.SMTP_HOST,
      port: env.SMTP_PORT,
      secure: env.SMTP_SECURE,
      user: env.SMTP_USER,
      password: env.SMTP_PASSWORD,
    },
    mailFrom: { address: env.MAIL_FROM_ADDRESS, name: env.MAIL_FROM_NAME },
    supportEmail: env.SUPPORT_EMAIL,
    zoom: {
      oauthUrl: env.ZOOM_OAUTH_URL,
      apiUrl: env.ZOOM_API_URL,
      allowedHosts: env.ZOOM_ALLOWED_HOSTS,
      first: {
        clientId: env.ZOOM_CLIENT_ID,
        clientSecret: env.ZOOM_CLIENT_SECRET,
        webhookSecret: env.ZOOM_WEBHOOK_SECRET,
      },
    },
  };
}
