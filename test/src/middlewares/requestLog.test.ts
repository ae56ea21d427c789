import request from 'supertest';
import { withLogContext } from '../../../src/observability/logContext';
import { createLogger } from '../../../src/observability/logger';
import { parse } from '../../support/browser';
import { startWebsite, type Website } from '../../support/website';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const PROXYS = '4f2c1a9be77d4c0f9d3e6a5b1c2d3e4f';

let website: Website;

beforeAll(async () => {
  website = await startWebsite({ TRUSTED_PROXY_HOPS: '1' });
});

afterAll(() => website.close());

interface Line {
  readonly requestId?: string;
  readonly classDateId?: number;
  readonly msg: string;
}

function lastRequest(): Line | undefined {
  return website.logged.map((line) => JSON.parse(line) as Line).findLast(({ msg }) => msg === 'request');
}

function get(path: string, requestId?: string): request.Test {
  const asked = request(website.server).get(path).set('Accept', 'text/html');
  return requestId === undefined ? asked : asked.set('X-Request-Id', requestId);
}

it('keeps the name that a trusted proxy gave: in the answer, in the log, on the page that says what went wrong', async () => {
  const page = await get('/no-such-page', PROXYS);
  expect(page.headers['x-request-id']).toBe(PROXYS);
  expect(lastRequest()?.requestId).toBe(PROXYS);
  expect(parse(page)('main').text()).toContain(PROXYS);
});

it.each([
  ['none', undefined],
  ['a join pass', 'a'.repeat(64)],
  ['an address', 'ada@example.test'],
  ['a text', 'hello there, reader'],
  ['too short', 'abc'],
])('makes one of its own for %s', async (_what, given) => {
  const { headers } = await get('/healthz', given);
  expect(headers['x-request-id']).toMatch(UUID);
  expect(lastRequest()?.requestId).toBe(headers['x-request-id']);
});

it('believes nobody where there is no proxy', async () => {
  await website.restart({ trustedProxyHops: 0 });
  expect((await get('/healthz', PROXYS)).headers['x-request-id']).toMatch(UUID);
});

it('names the class that a page is about', async () => {
  await get('/join/class/4711');
  expect(lastRequest()?.classDateId).toBe(4711);
  await get('/healthz');
  expect(lastRequest()?.classDateId).toBeUndefined();
});

it('is carried by every line that is logged meanwhile, with secrets hidden', async () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  await withLogContext({ step: 'makeMeeting', classDateId: 7 }, async () => {
    await Promise.resolve();
    logger.info({ mail: { password: 'hidden-from-logs' } }, 'inside');
  });
  logger.info('outside');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ step: 'makeMeeting', classDateId: 7, msg: 'inside' });
  expect(lines.join('')).not.toContain('hidden-from-logs');
  expect(lines[1]).not.toContain('makeMeeting');
});
