import { readFileSync } from 'node:fs';
import { environmentSchema, type Environment } from './schema';
import { findWeakSettings, type WeakSetting } from './weakSettings';

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
  /** whether pushed events may go to this machine itself, for development */
  readonly push: { readonly loopbackToo: boolean };
  /** how long things are kept, in days */
  readonly retention: {
    readonly passTracesDays: number;
    readonly mailErrorsDays: number;
    readonly accountLinksDays: number;
    readonly auditTracesDays: number;
    readonly eventsDays: number;
  };
  readonly zoom: {
    readonly oauthUrl: string;
    readonly apiUrl: string;
    readonly allowedHosts: readonly string[];
    readonly webhookWindowSeconds: number;
    /** Seeds the settings row when it does not exist yet. */
    readonly first: {
      readonly clientId: string | undefined;
      readonly clientSecret: string | undefined;
      readonly webhookSecret: string | undefined;
    };
  };
  /** what was taken and should be otherwise; for admins */
  readonly weak: readonly WeakSetting[];
}

/** Everything wrong with the environment at once, each line naming the variable and the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(
    readonly problems: readonly string[],
    readonly weak: readonly WeakSetting[] = [],
  ) {
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
  const weak = findWeakSettings(values);
  if (!parsed.success) problems.push(...parsed.error.issues.map((issue) => describeIssue(issue, values)));
  problems.push(...crossCheck(values));
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems, weak);
  return Object.freeze(toConfig(parsed.data, weak));
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

/** What no setting shows by itself; looked at also while others are missing, so that all is named at once. */
function crossCheck(values: Record<string, string>): string[] {
  const { NODE_ENV = 'production', APP_URL, SMTP_USER, SMTP_PASSWORD, PUSH_TO_LOOPBACK } = values;
  const problems: string[] = [];
  if (NODE_ENV === 'production' && APP_URL?.startsWith('http://')) {
    problems.push(
      'APP_URL: must start with https:// in production; set NODE_ENV=development to try things on a laptop',
    );
  }
  if (NODE_ENV === 'production' && PUSH_TO_LOOPBACK === 'true') {
    problems.push(
      'PUSH_TO_LOOPBACK: must not be true in production; whoever adds an endpoint could reach this machine',
    );
  }
  if (SMTP_USER && !SMTP_PASSWORD) problems.push('SMTP_PASSWORD: is missing although SMTP_USER is set');
  return problems;
}

function toConfig(env: Environment, weak: readonly WeakSetting[]): Config {
  return {
    weak,
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
    push: { loopbackToo: env.PUSH_TO_LOOPBACK },
    retention: retentionOf(env),
    zoom: {
      oauthUrl: env.ZOOM_OAUTH_URL,
      apiUrl: env.ZOOM_API_URL,
      allowedHosts: env.ZOOM_ALLOWED_HOSTS,
      webhookWindowSeconds: env.ZOOM_WEBHOOK_WINDOW_SECONDS,
      first: {
        clientId: env.ZOOM_CLIENT_ID,
        clientSecret: env.ZOOM_CLIENT_SECRET,
        webhookSecret: env.ZOOM_WEBHOOK_SECRET,
      },
    },
  };
}

function retentionOf(env: Environment): Config['retention'] {
  return {
    passTracesDays: env.KEEP_PASS_TRACES_DAYS,
    mailErrorsDays: env.KEEP_MAIL_ERRORS_DAYS,
    accountLinksDays: env.KEEP_ACCOUNT_LINKS_DAYS,
    auditTracesDays: env.KEEP_AUDIT_TRACES_DAYS,
    eventsDays: env.KEEP_EVENTS_DAYS,
  };
}
