import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDevEnvironment } from '../../../src/config/devEnvironment';
import { loadConfig } from '../../../src/config/loadConfig';
import { claimDatabaseFor } from '../../../src/dev/filledBy';
import { keepSecrets } from '../../../src/dev/secrets';
import { developmentSettings } from '../../../src/dev/settings';

const folder = mkdtempSync(path.join(tmpdir(), 'settings-'));
const around = {
  webPort: 3001,
  databaseUrl: 'mysql://dreamcrowd:secret@127.0.0.1:13306/dreamcrowd',
  temporalAddress: '127.0.0.1:7233',
  temporalUi: 'http://127.0.0.1:8233',
  smtpPort: 1025,
  zoom: 'http://127.0.0.1:4000',
};

afterAll(() => rmSync(folder, { recursive: true }));

describe('secrets', () => {
  it('are made once and kept from others', () => {
    const file = path.join(folder, 'secrets.json');
    expect(keepSecrets(file)).toEqual(keepSecrets(file));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('settings', () => {
  const secrets = keepSecrets(path.join(folder, 'secrets.json'));

  it('are complete without anything given', () => {
    const config = loadConfig(developmentSettings({ given: {} }, secrets, around));
    expect(config).toMatchObject({
      production: false,
      appUrl: 'http://127.0.0.1:3001',
      host: '127.0.0.1',
      port: 3001,
      smtp: { host: '127.0.0.1', port: 1025 },
      zoom: { apiUrl: 'http://127.0.0.1:4000/v2', allowedHosts: ['127.0.0.1'] },
    });
  });

  it('are the given ones where somebody gave some, the real Zoom and mail server included', () => {
    const given = {
      APP_URL: 'https://tunnel.example.test',
      SMTP_HOST: 'smtp.example.test',
      ZOOM_CLIENT_ID: 'real-client',
      SUPPORT_EMAIL: 'help@example.test',
      NODE_ENV: 'production',
    };
    const config = loadConfig(
      developmentSettings({ given }, secrets, { ...around, smtpPort: undefined, zoom: undefined }),
    );
    expect(config).toMatchObject({
      production: false,
      appUrl: 'https://tunnel.example.test',
      smtp: { host: 'smtp.example.test', port: 587 },
      supportEmail: 'help@example.test',
      zoom: { apiUrl: 'https://api.zoom.us/v2', first: { clientId: 'real-client' } },
    });
  });
});

describe('the environment of the launcher', () => {
  it('puts the environment before .env, and keeps our settings from children', () => {
    const envFile = path.join(folder, '.env');
    const secret = path.join(folder, 'secret');
    writeFileSync(secret, 'from-a-file\n');
    writeFileSync(envFile, `PORT=4000\nSMTP_HOST=smtp.example.test\nZOOM_CLIENT_SECRET_FILE=${secret}\nUNKNOWN=1\n`);
    const { given, inherited, cacheFolder } = readDevEnvironment(envFile, {
      PORT: '5000',
      PATH: '/bin',
      SMTP_HOST: '',
      XDG_CACHE_HOME: '/cache',
    });
    expect(given).toEqual({ PORT: '5000', SMTP_HOST: 'smtp.example.test', ZOOM_CLIENT_SECRET: 'from-a-file' });
    expect(inherited).toEqual({ PATH: '/bin', XDG_CACHE_HOME: '/cache' });
    expect(cacheFolder).toBe('/cache/dreamcrowd-live');
  });
});

describe('a database filled with one Zoom', () => {
  const file = path.join(folder, 'filled-by.json');

  it('is not used with the other', () => {
    claimDatabaseFor('the Zoom stand-in', undefined, file);
    claimDatabaseFor('the Zoom stand-in', undefined, file);
    expect(() => claimDatabaseFor('the real Zoom', undefined, file)).toThrow(
      /^The private database was filled with the Zoom stand-in[^]*npm start -- --fresh/,
    );
  });

  it('leaves other databases alone, and is named without its password', () => {
    const url = 'mysql://me:my-password@db.example.test/classes';
    claimDatabaseFor('the real Zoom', url, file);
    expect(() => claimDatabaseFor('the Zoom stand-in', url, file)).toThrow('The database db.example.test/classes was');
    expect(() => claimDatabaseFor('the Zoom stand-in', url, file)).toThrow(/^(?![^]*my-password)/);
  });
});
