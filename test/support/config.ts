import { loadConfig, type Config } from '../../src/config/loadConfig';

const KEY = Buffer.alloc(32, 7).toString('base64');

/** A complete configuration for tests; override single variables by name. */
export function testConfig(overrides: Record<string, string>): Config {
  return loadConfig(testSettings(overrides));
}

/** The same as environment variables, for processes of their own. */
export function testSettings(overrides: Record<string, string>): Record<string, string> {
  return {
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    APP_URL: 'http://127.0.0.1:3000',
    ENCRYPTION_KEYS: `e1:${KEY}`,
    SIGNING_KEYS: `s1:${KEY}`,
    // Nobody listens there. At the usual port may be somebody's running stack, which is to hear nothing of a test.
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: '2525',
    MAIL_FROM_ADDRESS: 'classes@example.test',
    SUPPORT_EMAIL: 'support@example.test',
    ZOOM_CLIENT_ID: 'test-client',
    ZOOM_CLIENT_SECRET: 'test-client-secret',
    ZOOM_WEBHOOK_SECRET: 'test-webhook-secret',
    ZOOM_ALLOWED_HOSTS: '127.0.0.1',
    ...overrides,
  };
}
