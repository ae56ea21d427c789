import { z } from 'zod';

/** 32 bytes, the size both AES-256 and HMAC-SHA-256 want. */
export const KEY_BYTES = 32;

const HOW_TO_MAKE_A_KEY = 'make one with: npm run cli -- keys new';

/** `id:base64` pairs, comma separated. The first key is used for new work, the others only to read old work. */
const keyRing = z.string().transform((text, context) => {
  const keys = text.split(',').map((pair) => {
    const [id = '', encoded = ''] = pair.trim().split(':');
    return { id, key: Buffer.from(encoded, 'base64') };
  });
  const valid = keys.every(({ id, key }) => /^[A-Za-z0-9_-]{1,16}$/.test(id) && key.length === KEY_BYTES);
  if (!valid || new Set(keys.map(({ id }) => id)).size !== keys.length) {
    context.addIssue(
      `must be one or more id:key pairs with different ids, each key 32 bytes in base64; ${HOW_TO_MAKE_A_KEY}`,
    );
    return z.NEVER;
  }
  return keys;
});

const port = z.coerce.number('must be a port number').int().min(1).max(65535);

const days = z.coerce.number('must be a number of days').int().min(1).max(3650);

const webUrl = z
  .url({ protocol: /^https?$/, message: 'must be an address such as https://live.example.com' })
  .transform((url) => url.replace(/\/+$/, ''));

/** In an address a % begins an escape, in a password it may stand for itself; whoever reads it cannot know. */
function isReadable(url: string): boolean {
  try {
    return decodeURIComponent(url) !== '';
  } catch {
    return false;
  }
}

const flag = z.enum(['true', 'false'], 'must be true or false').transform((word) => word === 'true');

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** Every variable the system reads, with its default; `.env.sample` is tested against this list. */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('production'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),

  APP_URL: webUrl,
  HOST: z.string().default('0.0.0.0'),
  PORT: port.default(3000),
  /** How many proxies stand in front of us; X-Forwarded-For is believed for that many hops and no more. */
  TRUSTED_PROXY_HOPS: z.coerce.number('must be a number of proxies').int().min(0).max(9).default(0),

  DATABASE_URL: z
    .url({ protocol: /^mysql$/, message: 'must look like mysql://user:password@host:3306/database' })
    .refine(isReadable, 'must have every % of its user, password or database written as %25'),
  DATABASE_POOL_MAX: z.coerce.number('must be a number of connections').int().min(2).max(500).default(20),

  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^:/\s]+:\d+$/, 'must look like host:7233')
    .default('127.0.0.1:7233'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.default(false),
  /** The Temporal UI, linked from the admin pages; empty hides the links. */
  TEMPORAL_UI_URL: webUrl.optional(),

  ENCRYPTION_KEYS: keyRing,
  SIGNING_KEYS: keyRing,

  SMTP_HOST: z.string().min(1, 'must be the host name of your mail server'),
  SMTP_PORT: port.default(587),
  SMTP_USER: z.string().optional(),
  SMTP_PASSWORD: z.string().optional(),
  /** TLS from the first byte (port 465); otherwise STARTTLS is used where the server offers it. */
  SMTP_SECURE: flag.default(false),
  MAIL_FROM_ADDRESS: z.email('must be an e-mail address'),
  MAIL_FROM_NAME: z.string().default('DreamCrowd Live'),
  /** Shown on every refusal page and in every mail: an e-mail address. */
  SUPPORT_EMAIL: z.email('must be the e-mail address people write to when something is wrong'),

  /** Pushed events may go to this machine itself, without TLS: for trying things out, never in production. */
  PUSH_TO_LOOPBACK: flag.default(false),

  /** How long after a class it is kept who opened its links, from which address and browser. */
  KEEP_PASS_TRACES_DAYS: days.default(7),
  /** How long it is kept what mail servers said of a mail. */
  KEEP_MAIL_ERRORS_DAYS: days.default(90),
  /** How long a link to choose a password by is kept once it is over, with the mails about it. */
  KEEP_ACCOUNT_LINKS_DAYS: days.default(90),
  /** How long the audit log tells from which address and browser something was done. */
  KEEP_AUDIT_TRACES_DAYS: days.default(365),
  /** How long a marketplace can read the feed back, and have events pushed again; longer than pushing them is tried. */
  KEEP_EVENTS_DAYS: days.min(7, 'must be at least 7 days, for pushing an event is tried for three').default(90),

  ZOOM_OAUTH_URL: webUrl.default('https://zoom.us'),
  ZOOM_API_URL: webUrl.default('https://api.zoom.us/v2'),
  /** Hosts we may send a bearer token to or redirect a browser to; a leading `*.` allows subdomains. */
  ZOOM_ALLOWED_HOSTS: commaList.default(['zoom.us', '*.zoom.us']),
  /**
   * How far the timestamp of a webhook may be from our clock. That Zoom signs its retries anew is not in its documents:
   * should they come with the time of the first try, up to 85 minutes before, this is what has to be wider.
   */
  ZOOM_WEBHOOK_WINDOW_SECONDS: z.coerce
    .number('must be a number of seconds')
    .int()
    .min(60, 'must be at least 60 seconds, for clocks differ')
    .max(7_200, 'must be at most 7200 seconds, for whoever has seen an event could send it again for so long')
    .default(300),
  /** First values for the settings row; afterwards the row in MySQL is the truth. */
  ZOOM_CLIENT_ID: z.string().optional(),
  ZOOM_CLIENT_SECRET: z.string().optional(),
  ZOOM_WEBHOOK_SECRET: z.string().optional(),
});

export type Environment = z.infer<typeof environmentSchema>;
