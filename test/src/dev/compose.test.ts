import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../../src/config/loadConfig';
import { environmentSchema } from '../../../src/config/schema';

const ROOT = path.join(__dirname, '../../..');
const ONE_SHOTS = ['temporal-schema', 'temporal-namespace', 'migrate'];
const OURS = ['web', 'worker', 'migrate'];
const KEY = Buffer.alloc(32, 1).toString('base64');

const serviceSchema = z.object({
  image: z.string(),
  restart: z.string(),
  build: z.object({ context: z.string(), dockerfile_inline: z.string() }).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()), retries: z.number() }).optional(),
  stop_grace_period: z.string().optional(),
  command: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});

const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8');
const { services } = z.object({ services: z.record(z.string(), serviceSchema) }).parse(parse(text, { merge: true }));

function service(name: string): z.infer<typeof serviceSchema> {
  return services[name] ?? fail(name);
}

function fail(name: string): never {
  throw new Error(`docker-compose.yml has no service ${name}.`);
}

/** What Compose makes of `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(value: string, given: Record<string, string>): string {
  return value.replace(/\$\{(\w+)(:[-?])?([^}]*)\}/g, (_, name: string, operator: string, rest: string) => {
    if (given[name]) return given[name];
    if (operator === ':?') throw new Error(`${name} is missing: ${rest}`);
    return rest;
  });
}

it('has exactly the services of a production set-up', () => {
  expect(Object.keys(services).sort()).toEqual(
    ['mysql', 'temporal-schema', 'temporal', 'temporal-namespace', 'temporal-ui', 'migrate', 'web', 'worker'].sort(),
  );
});

describe.each(OURS)('%s', (name) => {
  const { environment } = service(name);

  it('is given every setting there is and no other', () => {
    expect(Object.keys(environment).sort()).toEqual(Object.keys(environmentSchema.shape).sort());
  });

  it('has settings the application accepts', () => {
    const given = {
      APP_URL: 'https://live.example.test',
      MYSQL_PASSWORD: 'abc',
      ENCRYPTION_KEYS: `k1:${KEY}`,
      SIGNING_KEYS: `k1:${KEY}`,
      SMTP_HOST: 'smtp.example.test',
      MAIL_FROM_ADDRESS: 'classes@example.test',
      SUPPORT_EMAIL: 'support@example.test',
    };
    const entries = Object.entries(environment).map(([key, value]) => [key, interpolate(`${value}`, given)]);
    const config = loadConfig(Object.fromEntries(entries) as Record<string, string>);
    expect(config).toMatchObject({
      production: true,
      database: { url: 'mysql://dreamcrowd:abc@mysql:3306/dreamcrowd' },
      temporal: {
        address: 'temporal:7233',
        namespace: service('temporal-namespace').environment['TEMPORAL_NAMESPACE'],
      },
      zoom: { apiUrl: 'https://api.zoom.us/v2' },
    });
  });

  it('is built from this repository and runs what the build makes', () => {
    const { build, command } = service(name);
    expect(build).toMatchObject({
      context: '.',
      dockerfile_inline: expect.stringContaining('npm run build') as string,
    });
    expect(command?.slice(0, 2)).toEqual(['node', `dist/src/${name === 'migrate' ? 'cli' : name}.js`]);
  });
});

it.each(Object.keys(services))('%s has a health check and a grace period, or ends by itself', (name) => {
  const { healthcheck, stop_grace_period, restart } = service(name);
  if (ONE_SHOTS.includes(name)) expect(restart).toMatch(/^on-failure/);
  else
    expect([healthcheck?.test.length, stop_grace_period, restart]).toEqual([
      expect.any(Number),
      expect.any(String),
      'unless-stopped',
    ]);
});

it('waits for what each part needs', () => {
  expect(service('web').depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
  expect(service('worker').depends_on).toEqual({
    migrate: { condition: 'service_completed_successfully' },
    'temporal-namespace': { condition: 'service_completed_successfully' },
  });
  expect(service('temporal').depends_on).toEqual({
    'temporal-schema': { condition: 'service_completed_successfully' },
  });
});

it('has no default for anything secret', () => {
  const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|KEYS?)\w*)(:[-?])?([^}]*)\}/g)];
  expect(secrets.length).toBeGreaterThan(8);
  for (const [, name, operator, rest] of secrets) {
    expect({ name, operator, rest: operator === ':-' ? rest : '' }).toMatchObject({
      operator: expect.stringMatching(/^:[-?]$/) as string,
      rest: '',
    });
  }
  for (const name of [
    'MYSQL_ROOT_PASSWORD',
    'MYSQL_PASSWORD',
    'TEMPORAL_MYSQL_PASSWORD',
    'ENCRYPTION_KEYS',
    'SIGNING_KEYS',
  ]) {
    expect(() => interpolate(`\${${name}:?}`, {})).toThrow(name);
    expect(text).not.toContain(`\${${name}:-`);
  }
});

it('opens ports on loopback only', () => {
  const open = Object.values(services).flatMap(({ ports }) => ports);
  expect(open.length).toBe(2);
  for (const port of open) expect(port).toMatch(/^127\.0\.0\.1:/);
});

it('names every image by version, and the retired ones not at all', () => {
  for (const name of ['mysql', 'temporal-schema', 'temporal', 'temporal-namespace', 'temporal-ui']) {
    expect(service(name).image).toMatch(/:\d+\.\d+/);
  }
  expect(text).not.toContain('auto-setup');
});

it('chooses the number of shards on purpose', () => {
  expect(service('temporal').environment['NUM_HISTORY_SHARDS']).toBe('512');
});

it('gives the worker longer than it takes to drain', () => {
  const workers = readFileSync(path.join(ROOT, 'src/temporal/workers.ts'), 'utf8');
  const force = Number(/shutdownForceTime: '(\d+) seconds'/.exec(workers)?.[1]);
  expect(parseInt(service('worker').stop_grace_period ?? '', 10)).toBeGreaterThan(force);
});
