import { randomBytes } from 'node:crypto';
import { ConfigError, loadConfig } from '../../../src/config/loadConfig';
import { findWeakSettings } from '../../../src/config/weakSettings';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const GOOD = {
  APP_URL: 'https://live.dreamcrowd.org',
  TRUSTED_PROXY_HOPS: '1',
  DATABASE_URL: 'mysql://dreamcrowd:7b1f0c9d2e3a4b5c6d7e@127.0.0.1:3306/dreamcrowd',
  ENCRYPTION_KEYS: key('k1'),
  SIGNING_KEYS: key('k1'),
  SMTP_HOST: 'smtp.dreamcrowd.org',
  SMTP_USER: 'classes',
  SMTP_PASSWORD: 'secret',
  MAIL_FROM_ADDRESS: 'classes@dreamcrowd.org',
  SUPPORT_EMAIL: 'support@dreamcrowd.org',
};
const SAME = `k1:${Buffer.alloc(32, 7).toString('base64')}`;

it('has nothing against settings that are fit for people', () => {
  expect(findWeakSettings(GOOD)).toEqual([]);
  expect(loadConfig(GOOD).weak).toEqual([]);
});

it.each([
  ['ENCRYPTION_KEYS', SAME, 'no random one'],
  ['SIGNING_KEYS', GOOD.ENCRYPTION_KEYS, 'shares a key'],
  ['APP_URL', 'http://127.0.0.1:3000', 'this machine itself'],
  ['APP_URL', 'https://live.example.com', 'of an example'],
  ['APP_URL', 'http://live.dreamcrowd.org', 'Without https'],
  ['TRUSTED_PROXY_HOPS', '0', 'a proxy stands in front'],
  ['DATABASE_URL', 'mysql://root:7b1f0c9d2e3a4b5c6d7e@db/dreamcrowd', 'signs in as root'],
  ['DATABASE_URL', 'mysql://dreamcrowd:change-me@db/dreamcrowd', 'short or that of an example'],
  ['SMTP_HOST', 'smtp.example.com', 'of an example'],
  ['SMTP_USER', '', 'Without a login'],
  ['NODE_ENV', 'development', 'not production'],
  ['LOG_LEVEL', 'silent', 'Nothing of what goes wrong'],
])('names %s=%s, and never shows a value', (name, value, why) => {
  const weak = findWeakSettings({ ...GOOD, [name]: value });
  expect(weak.map((one) => one.name)).toContain(name);
  expect(weak.find((one) => one.name === name)?.why).toContain(why);
  for (const secret of [GOOD.ENCRYPTION_KEYS, 'change-me', '7b1f0c9d2e3a4b5c6d7e']) {
    expect(JSON.stringify(weak)).not.toContain(secret);
  }
});

it('is told beside a password that cannot be read as it is written', () => {
  const wrong = { ...GOOD, DATABASE_URL: 'mysql://dreamcrowd:100%sure@db/dreamcrowd' };
  expect(() => loadConfig(wrong)).toThrow(ConfigError);
  expect(() => loadConfig(wrong)).toThrow(
    'DATABASE_URL: must have every % of its user, password or database written as %25',
  );
  expect(findWeakSettings(wrong).map(({ name }) => name)).toEqual(['DATABASE_URL']);
  expect(loadConfig({ ...GOOD, DATABASE_URL: 'mysql://dreamcrowd:100%25sure-of-it@db/dreamcrowd' }).weak).toEqual([]);
});

it('is told beside what is missing and what is wrong, all at once', () => {
  let caught: unknown;
  try {
    loadConfig({ APP_URL: 'http://live.dreamcrowd.org', SMTP_USER: 'me', ENCRYPTION_KEYS: SAME, PORT: 'eighty' });
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof ConfigError)) throw new Error('These settings cannot be taken.');
  expect(caught.problems).toEqual(
    expect.arrayContaining([
      expect.stringContaining('PORT: must be'),
      'DATABASE_URL: is missing',
      'SIGNING_KEYS: is missing',
      expect.stringContaining('APP_URL: must start with https'),
      'SMTP_PASSWORD: is missing although SMTP_USER is set',
    ]),
  );
  expect(caught.weak.map(({ name }) => name)).toContain('ENCRYPTION_KEYS');
});
