import type { Response } from 'supertest';
import { beat } from '../../src/commands/beat';
import { GUARDS } from '../../src/middlewares/access';
import { OrderGuest } from '../../src/models/OrderGuest';
import type { Role } from '../../src/models/User';
import { allRouters } from '../../src/routes';
import { paths } from '../../src/routes/paths';
import { buildClassDate } from '../factories/classes';
import { Browser, signedInBrowser } from '../support/browser';
import { fingerprintOf } from '../support/fingerprint';
import { startWebsite, type Website } from '../support/website';

/** Routes for anybody, signed in or not; whatever is not named here is for one role alone, by the start of its path. */
const FOR_EVERYBODY = [
  'GET /',
  'GET /login',
  'POST /login',
  'POST /logout',
  'GET /password',
  'POST /password',
  'GET /password/forgotten',
  'POST /password/forgotten',
  'GET /healthz',
  'GET /readyz',
  'GET /health/classes',
  'POST /api/zoom/webhook',
  // Nothing is there outside development.
  'POST /api/zoom/webhook/test',
  'GET /join/class/:id',
  'POST /join/class/:id',
  'GET /join/class/:id/guest',
  'POST /join/class/:id/guest',
  'GET /join/class/:id/page',
  'GET /join/class/:id/events',
  'GET /join/class/:id/class.ics',
  'POST /join/class/:id/new-link',
  'GET /api/v1/openapi.json',
  'GET /api/v1/docs',
];
const STARTS: Readonly<Record<string, Role>> = { [paths.admin]: 'admin', [paths.teacher]: 'teacher' };
/** These prove where they come from in their own way: a nonce of the page, Zoom's signature. */
const OWN_PROOF = /^(POST \/(join|api\/zoom\/webhook)|\w+ \/api\/v1)(\/|$)/;
/** For programs, with a key: nobody's session opens them. */
const FOR_KEYS = '/api/v1/';

type Who = Role | 'nobody';
const EVERYONE: readonly Who[] = ['nobody', 'student', 'teacher', 'admin'];

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly handlers: readonly object[];
}

let website: Website;
let routes: readonly Route[];
let ids: { order: number; guest: number; classDate: number };
const browsers = new Map<Who, Browser>();

beforeAll(async () => {
  website = await startWebsite();
  routes = allRouters(website.deps).flatMap(({ stack }) =>
    stack.flatMap(({ methods, path, stack: handlers }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map((method) => ({ name: `${method} ${String(path)}`, method, path: String(path), handlers })),
    ),
  );
  const classDate = await buildClassDate();
  const guest = await OrderGuest.create({ orderId: classDate.orderId, email: 'guest@example.test' });
  // Where nobody is at work, /health/classes says so by 503.
  await beat(website.deps, 'a worker');
  ids = { order: classDate.orderId, guest: guest.id, classDate: classDate.id };
  browsers.set('nobody', new Browser(website));
  for (const role of ['student', 'teacher', 'admin'] as const) {
    browsers.set(role, (await signedInBrowser(website, role)).browser);
  }
});

afterAll(() => website.close());

function browserOf(who: Who): Browser {
  const browser = browsers.get(who);
  if (!browser) throw new Error(`There is no browser of ${who}.`);
  return browser;
}

function addressOf({ path }: Route): string {
  const id = path.includes('/orders/') ? ids.order : ids.classDate;
  return path.replace(':id', String(id)).replace(':guestId', String(ids.guest));
}

function roleFor({ name, path }: Route): Role | 'everybody' | 'keys' | undefined {
  if (FOR_EVERYBODY.includes(name)) return 'everybody';
  if (path.startsWith(FOR_KEYS)) return 'keys';
  return Object.entries(STARTS).find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
}

async function visit(browser: Browser, route: Route): Promise<Response> {
  // Without a worker, classes do not happen, and that would be said.
  if (route.path === paths.healthClasses) await beat(website.deps, 'a worker');
  if (route.method === 'PUT' || route.method === 'DELETE') {
    const method = route.method === 'PUT' ? 'put' : 'delete';
    return browser.agent[method](addressOf(route)).then((answer) => answer);
  }
  return route.method === 'GET' ? browser.get(addressOf(route)).then((page) => page) : browser.submit(addressOf(route));
}

/** Whoever comes by leaves a session and a count. */
const fingerprint = () => fingerprintOf(website.deps, ['sessions', 'rate_limits']);

describe('every route', () => {
  it('is known here, and its path says who it is for', () => {
    expect(routes.length).toBeGreaterThan(FOR_EVERYBODY.length);
    expect(routes.filter((route) => roleFor(route) === undefined).map(({ name }) => name)).toEqual([]);
    const names = routes.map(({ name }) => name);
    expect(FOR_EVERYBODY.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('begins with a guard', () => {
    const unguarded = routes.filter(({ handlers: [first] }) => first === undefined || !GUARDS.has(first));
    expect(unguarded.map(({ name }) => name)).toEqual([]);
  });

  it('lets in whom its path says, and nobody else', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      for (const who of EVERYONE) {
        // Signing out would end the session the next ones need.
        if (route.path === paths.logout) continue;
        const answer = await visit(browserOf(who), route);
        const expected = whatToExpect(roleFor(route), who);
        const seen = whatHappened(answer);
        if (seen !== expected) wrong.push(`${route.name} as ${who}: ${seen} (${answer.status}), not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('asks nobody back to a page that only a form leads to', async () => {
    for (const route of routes.filter((one) => roleFor(one) === 'admin' || roleFor(one) === 'teacher')) {
      const answer = await visit(browserOf('nobody'), route);
      const next = route.method === 'GET' ? encodeURIComponent(addressOf(route)) : '';
      expect([route.name, answer.headers['location']]).toEqual([route.name, `${paths.login}?next=${next}`]);
    }
  });
});

type Outcome = 'let in' | 'asked to sign in' | 'asked for a key' | 'refused' | 'a fault of ours';

function whatToExpect(role: ReturnType<typeof roleFor>, who: Who): Outcome {
  if (role === 'keys') return 'asked for a key';
  if (role === 'everybody' || role === who) return 'let in';
  return who === 'nobody' ? 'asked to sign in' : 'refused';
}

function whatHappened({ status, headers, text }: Response): Outcome {
  if (status >= 500) return 'a fault of ours';
  if (status === 401 && headers['www-authenticate']?.startsWith('Bearer ')) return 'asked for a key';
  if (status === 303 && headers['location']?.startsWith(`${paths.login}?next=`)) return 'asked to sign in';
  return status === 403 && text.includes('This page is for') ? 'refused' : 'let in';
}

describe('every form', () => {
  const AWAY = [
    { what: 'no token', token: false, headers: {} },
    { what: 'a token of another session', token: 'another', headers: {} },
    { what: 'the origin of another site', token: true, headers: { Origin: 'https://evil.example' } },
    { what: 'no origin at all', token: true, headers: { Origin: 'null' } },
    { what: 'another port of ours', token: true, headers: { Origin: 'http://127.0.0.1:3001' } },
    {
      what: 'the word of the browser that it is another site',
      token: true,
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    },
    {
      what: 'the word of the browser that it is another host of ours',
      token: true,
      headers: { 'Sec-Fetch-Site': 'same-site' },
    },
  ] as const;

  it.each(AWAY)('does nothing with $what', async ({ token, headers }) => {
    const forms = routes.filter(({ method, name }) => method !== 'GET' && !OWN_PROOF.test(name));
    expect(forms.length).toBeGreaterThanOrEqual(5);
    const foreign = await new Browser(website).token();
    const before = await fingerprint();
    const letIn: string[] = [];
    for (const route of forms) {
      const role = roleFor(route);
      const browser = browserOf(role === 'teacher' || role === 'student' ? role : 'admin');
      const sent = token === true ? await browser.token() : token === 'another' ? foreign : '';
      const body = new URLSearchParams({ ...WOULD_DO, _csrf: sent }).toString();
      const answer = await browser.submitText(addressOf(route), body, headers);
      if (answer.status !== 403) letIn.push(`${route.name}: ${answer.status}`);
    }
    expect(letIn).toEqual([]);
    expect(await fingerprint()).toBe(before);
    // Nobody was signed out either.
    for (const role of ['admin', 'teacher'] as const) {
      expect((await browserOf(role).get(role === 'admin' ? paths.admin : paths.zoom)).status).toBe(200);
    }
  });

  it('does something with its token', async () => {
    const before = await fingerprint();
    expect((await browserOf('admin').submit(paths.people, WOULD_DO)).status).toBe(303);
    expect(await fingerprint()).not.toBe(before);
  });
});

/** Fields that each of the forms would do its work with. */
const WOULD_DO = {
  role: 'student',
  firstName: 'A',
  lastName: 'B',
  email: 'forged@example.test',
  name: 'Forged',
  guests: 'forged@example.test',
  title: 'Forged',
  buyerId: '1',
  teacherId: '2',
  date: '2030-01-01',
  time: '10:00',
  timeZone: 'UTC',
  durationMinutes: '60',
  reason: 'forged',
};
