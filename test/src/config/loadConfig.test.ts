import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, loadConfig } from '../../../src/config/loadConfig';
import { environmentSchema } from '../../../src/config/schema';

const KEY = `k1:${Buffer.alloc(32, 1).toString('base64')}`;
const GOOD = {
  APP_URL: 'https://live.example.com/',
  DATABASE_URL: 'mysql://user:password@db:3306/dreamcrowd',
  ENCRYPTION_KEYS: KEY,
  SIGNING_KEYS: KEY,
  SMTP_HOST: 'smtp.example.com',
  MAIL_FROM_ADDRESS: 'classes@example.com',
  SUPPORT_EMAIL: 'support@example.com',
};

function problemsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  it('takes a complete environment, frozen, with production as the default', () => {
    const config = loadConfig(GOOD);
    expect(config).toMatchObject({ production: true, appUrl: 'https://live.example.com', port: 3000 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every missing variable at once', () => {
    expect(problemsOf({})).toEqual(Object.keys(GOOD).map((name) => `${name}: is missing`));
  });

  it.each([
    ['APP_URL', 'live.example.com', /must be an address/],
    ['APP_URL', 'http://live.example.com', /must start with https/],
    ['PORT', 'eighty', /must be a port number/],
    ['DATABASE_URL', 'postgres://db/x', /must look like mysql:/],
    ['ENCRYPTION_KEYS', 'k1:dG9vIHNob3J0', /32 bytes in base64; make one with/],
    ['SIGNING_KEYS', `${KEY},${KEY}`, /different ids/],
    ['TEMPORAL_ADDRESS', 'temporal', /must look like host:7233/],
    ['SMTP_SECURE', 'yes', /must be true or false/],
    ['PUSH_TO_LOOPBACK', 'true', /must not be true in production/],
    ['KEEP_EVENTS_DAYS', '3', /must be at least 7 days/],
    ['SUPPORT_EMAIL', 'support', /must be the e-mail address/],
    ['SMTP_USER', 'me', /SMTP_PASSWORD: is missing although SMTP_USER is set/],
  ])('says what is wrong with %s=%s', (name, value, message) => {
    const problems = problemsOf({ ...GOOD, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('reads a value from the file that NAME_FILE names', () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'config-')), 'key');
    writeFileSync(file, `${KEY}\n`);
    const rest = { ...GOOD, ENCRYPTION_KEYS: undefined };
    expect(loadConfig({ ...rest, ENCRYPTION_KEYS_FILE: file }).encryptionKeys[0]?.id).toBe('k1');
    expect(problemsOf({ ...rest, ENCRYPTION_KEYS_FILE: `${file}.gone` })).toContain(
      `ENCRYPTION_KEYS_FILE: cannot read ${file}.gone`,
    );
  });
});

describe('.env.sample', () => {
  const sample = readFileSync(path.join(__dirname, '../../../.env.sample'), 'utf8');
  const names = [...sample.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);

  it('names every setting there is, and no other', () => {
    expect([...names].sort()).toEqual(Object.keys(environmentSchema.shape).sort());
  });

  it('is usable once its empty secrets are filled in', () => {
    const values = Object.fromEntries(
      [...sample.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value]) => [name, value]),
    );
    expect(problemsOf({ ...values, ENCRYPTION_KEYS: KEY, SIGNING_KEYS: KEY })).toEqual([]);
  });
});
