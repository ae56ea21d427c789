import request from 'supertest';
import { z } from 'zod';
import { pushDueEvents } from '../../../../src/commands/pushDueEvents';
import { sendTestPush } from '../../../../src/commands/sendTestPush';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { OUTCOME_EVENTS } from '../../../../src/domain/outcomeEvents';
import { allRouters } from '../../../../src/routes';
import { PROBLEM_WORDS } from '../../../../src/routes/api/problemWords';
import { paths } from '../../../../src/routes/paths';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../../../factories/pushes';
import { startReceiver } from '../../../support/receiver';
import { projectFiles, readProjectFile } from '../../../support/repository';
import { startApiSite, type ApiSite } from '../../../support/apiSite';

let site: ApiSite;

beforeAll(async () => {
  site = await startApiSite({ PUSH_TO_LOOPBACK: 'true' });
});

afterAll(() => site.close());

it('tells every route of the API, and none that is not there', () => {
  const { deps } = site.website;
  const routes = allRouters(deps)
    .flatMap(({ stack }) => stack.flatMap(({ methods, path }) => methods.map((method) => `${method} ${String(path)}`)))
    .filter((name) => name.includes('/api/v1/') && !name.startsWith('HEAD'))
    .filter((name) => ![`GET ${paths.apiDocument}`, `GET ${paths.apiDocs}`].includes(name));
  const told = site.document.calls.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
  expect(told.sort()).toEqual(routes.sort());
  expect(told.length).toBeGreaterThan(8);
});

it('is OpenAPI 3.1, and refers to nothing that it does not have', async () => {
  const answer = await request(site.website.server).get(paths.apiDocument);
  const body: unknown = answer.body;
  expect(answer.status).toBe(200);
  expect(body).toMatchObject({ openapi: '3.1.0', servers: [{ url: site.website.deps.config.appUrl }] });
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, reference = '']) => reference);
  expect(references.length).toBeGreaterThan(20);
  const at = (reference: string) =>
    reference.split('/').reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], body);
  expect(references.filter((reference) => at(reference) === undefined)).toEqual([]);
});

it('explains every problem that our code answers with', () => {
  const codes = new Set<string>();
  const called =
    /^src\/(commands\/(put|cancel|change|reschedule|reopen|book|precond|handOut)|routes\/api\/|middlewares\/(api|problems))/;
  for (const file of projectFiles().filter((name) => called.test(name))) {
    for (const [, code = ''] of readProjectFile(file).matchAll(/new AppError\(\s*\d{3},\s*'(\w+)'/g)) codes.add(code);
  }
  expect(codes.size).toBeGreaterThan(10);
  // Only the page of a class reopens one that takes place, and only people change keys.
  const ofPages = ['takes_place', 'key_withdrawn'];
  const unexplained = [...codes].filter((code) => !(code in PROBLEM_WORDS) && !ofPages.includes(code));
  expect(unexplained).toEqual([]);
});

it('tells what is pushed: every kind of event, and just what comes', async () => {
  const { deps } = site.website;
  const receiver = await startReceiver();
  const { endpoint } = await buildPushEndpoint(deps, { url: receiver.url, types: OUTCOME_EVENTS.join(',') });
  await publishOutcomes(deps, await buildSoldClass(), OUTCOME_EVENTS);
  const now = new Date(Date.now() + 1_000);
  await pushDueEvents(deps, { endpointId: endpoint.id, now, heartbeat: () => undefined });
  await sendTestPush(deps, endpoint.id, THE_SYSTEM);
  await receiver.close();
  const bodies = receiver.calls.map(({ body }) => JSON.parse(body) as { type: string });
  expect(bodies.map(({ type }) => type)).toEqual([...OUTCOME_EVENTS, 'endpoint.test']);
  expect(bodies.flatMap((body) => site.document.pushViolations(body.type, body))).toEqual([]);
  expect(site.document.pushViolations('class.live', { type: 'class.live' })).not.toEqual([]);
});

it('has a page for people, which takes nothing from elsewhere', async () => {
  const page = await request(site.website.server).get(paths.apiDocs);
  expect(page.status).toBe(200);
  for (const { operation, path } of site.document.calls) {
    expect(page.text).toContain(`id="${operation.operationId}"`);
    expect(page.text).toContain(path);
  }
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source = '']) => source);
  expect(sources.filter((source) => !source.startsWith('/') && !source.startsWith('#'))).toEqual([]);
  const type = z.string().parse(page.headers['content-security-policy']);
  expect(type).toContain("default-src 'self'");
});
