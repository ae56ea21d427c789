/** A setting that works, and should be another one. */
export interface WeakSetting {
  readonly name: string;
  /** what is weak about it, and what to do; never its value */
  readonly why: string;
}

type Values = Readonly<Record<string, string | undefined>>;

/** Never instead of the old ones: what they have encrypted and signed must stay readable. */
const NEW_KEYS =
  'Put a new one in front of it (npm run cli -- keys new --id k2), and keep the old one behind it; for ENCRYPTION_KEYS keys rotate says when it can go.';
/** Documentation's own domains and passwords (RFC 2606, .env.sample). */
const EXAMPLE_HOST = /(^|[.@/])example(\.(com|org|net|test))?$|\.(example|test|invalid)$/i;
const EXAMPLE_PASSWORDS = ['', 'change-me', 'changeme', 'password', 'secret', 'root', 'dreamcrowd'];
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]', '::1'];
const PASSWORD_MIN = 12;
/** Random bytes of that number repeat far less. */
const DIFFERENT_BYTES_MIN = 12;

/** Everything that would be taken, and is not fit for people: looked at in whatever is there, be the rest missing or wrong. */
export function findWeakSettings(values: Values): WeakSetting[] {
  return [
    ...weakKeys(values),
    ...weakAddresses(values),
    ...weakDatabase(values),
    ...weakMail(values),
    ...weakMode(values),
  ];
}

function weakKeys(values: Values): WeakSetting[] {
  const names = ['ENCRYPTION_KEYS', 'SIGNING_KEYS'] as const;
  const weak = names.filter((name) => keysOf(values[name]).some((key) => new Set(key).size < DIFFERENT_BYTES_MIN));
  const [ours, theirs] = names.map((name) => keysOf(values[name]).map((key) => key.toString('hex')));
  const shared = (ours ?? []).some((key) => (theirs ?? []).includes(key));
  return [
    ...weak.map((name) => ({ name, why: `A key in it is no random one. ${NEW_KEYS}` })),
    ...(shared ? [{ name: 'SIGNING_KEYS', why: `It shares a key with ENCRYPTION_KEYS. ${NEW_KEYS}` }] : []),
  ];
}

function keysOf(ring: string | undefined): Buffer[] {
  return (ring ?? '').split(',').flatMap((pair) => {
    const encoded = pair.trim().split(':')[1];
    return encoded ? [Buffer.from(encoded, 'base64')] : [];
  });
}

function weakAddresses({ APP_URL = '', TRUSTED_PROXY_HOPS = '0' }: Values): WeakSetting[] {
  if (!URL.canParse(APP_URL)) return [];
  const { protocol, hostname } = new URL(APP_URL);
  const weak: WeakSetting[] = [];
  if (LOCAL_HOSTS.includes(hostname)) {
    weak.push({
      name: 'APP_URL',
      why: 'It names this machine itself, so links in mails and Zoom’s webhooks lead nowhere.',
    });
  } else if (EXAMPLE_HOST.test(hostname)) {
    weak.push({ name: 'APP_URL', why: 'It is the address of an example. Enter the one people reach you at.' });
  } else if (protocol !== 'https:') {
    weak.push({ name: 'APP_URL', why: 'Without https, passes and passwords can be read on the way.' });
  }
  if (protocol === 'https:' && TRUSTED_PROXY_HOPS === '0') {
    const why =
      'We speak no TLS ourselves, so a proxy stands in front: set its number, 1 for a single one. With 0 everybody has the proxy’s address, and one person’s failures limit all.';
    weak.push({ name: 'TRUSTED_PROXY_HOPS', why });
  }
  return weak;
}

function weakDatabase({ DATABASE_URL = '' }: Values): WeakSetting[] {
  if (!URL.canParse(DATABASE_URL)) return [];
  const { username, password } = new URL(DATABASE_URL);
  const weak: WeakSetting[] = [];
  if (username === 'root') {
    weak.push({ name: 'DATABASE_URL', why: 'It signs in as root. Make a user that owns this one database.' });
  }
  if (EXAMPLE_PASSWORDS.includes(decoded(password)) || password.length < PASSWORD_MIN) {
    const why = `Its password is missing, short or that of an example. Make one of ${PASSWORD_MIN} characters or more: openssl rand -hex 16.`;
    weak.push({ name: 'DATABASE_URL', why });
  }
  return weak;
}

/** As it stands where it cannot be read: that is told as wrong, not as weak. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function weakMail(values: Values): WeakSetting[] {
  const names = ['SMTP_HOST', 'MAIL_FROM_ADDRESS', 'SUPPORT_EMAIL'];
  const weak = names
    .filter((name) => EXAMPLE_HOST.test(values[name] ?? ''))
    .map((name) => ({ name, why: 'It is that of an example. Enter your own.' }));
  const { SMTP_HOST = '', SMTP_USER = '' } = values;
  if (SMTP_HOST !== '' && SMTP_USER === '' && !LOCAL_HOSTS.includes(SMTP_HOST) && !EXAMPLE_HOST.test(SMTP_HOST)) {
    weak.push({
      name: 'SMTP_USER',
      why: 'Without a login few mail servers take mail for others. Leave it so if yours does.',
    });
  }
  return weak;
}

function weakMode({ NODE_ENV = 'production', LOG_LEVEL = 'info' }: Values): WeakSetting[] {
  const weak: WeakSetting[] = [];
  if (NODE_ENV !== 'production') {
    weak.push({ name: 'NODE_ENV', why: 'It is not production: pages for trying things out are there for admins.' });
  }
  if (LOG_LEVEL === 'silent' || LOG_LEVEL === 'fatal') {
    weak.push({ name: 'LOG_LEVEL', why: 'Nothing of what goes wrong is logged.' });
  }
  return weak;
}
