import type { Response } from 'supertest';
import { Session } from '../../../../src/models/Session';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildUser } from '../../../factories/people';
import { Browser, parse, PASSWORD, passwordHash, signedInBrowser, tokenOn } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

/** Failures of one account from one address before its tries are refused. */
const TRIES = 8;
const DAY_MS = 24 * 60 * 60_000;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

beforeEach(() => website.restart());

const buildAdmin = async (fields: Parameters<typeof buildUser>[1] = {}) =>
  buildUser('admin', { passwordHash: await passwordHash(), ...fields });

const cookiesOf = (answer: Response): string[] => [answer.headers['set-cookie'] ?? []].flat();

/** The value of the session's cookie, without its signature. */
function sessionCookie(answer: Response): string {
  const cookie = cookiesOf(answer).find((line) => line.startsWith('session=')) ?? '';
  return /^session=([^;]*)/.exec(cookie)?.[1] ?? '';
}

describe('signing in', () => {
  it('leads an admin to the classes and a teacher to theirs', async () => {
    for (const [role, home] of [
      ['admin', paths.admin],
      ['teacher', paths.teacher],
    ] as const) {
      const { browser } = await signedInBrowser(website, role);
      const answer = await browser.get(paths.home);
      expect(answer.headers['location']).toBe(home);
      expect((await browser.get(home)).status).toBe(200);
    }
  });

  it('takes the address in any case and with spaces around it, the password only as it is', async () => {
    const { email } = await buildAdmin();
    const shouted = await new Browser(website).submit(paths.login, {
      email: ` ${email.toUpperCase()} `,
      password: PASSWORD,
    });
    expect(shouted.status).toBe(303);
    const other = await new Browser(website).submit(paths.login, { email, password: PASSWORD.toUpperCase() });
    expect(other.status).toBe(422);
  });

  it('gives one answer for wrong, unknown, disabled, and no password at all', async () => {
    const [known, disabled, student] = [
      await buildAdmin(),
      await buildAdmin({ disabledAt: new Date() }),
      await buildUser('student'),
    ];
    const tries = [
      { email: known.email, password: 'wrong' },
      { email: known.email, password: '' },
      { email: 'nobody@example.test', password: PASSWORD },
      { email: disabled.email, password: PASSWORD },
      { email: student.email, password: '' },
      { email: '', password: '' },
    ];
    const shown: (string | null)[] = [];
    for (const fields of tries) {
      const answer = await new Browser(website).submit(paths.login, fields);
      expect(answer.status).toBe(422);
      const $ = parse(answer);
      expect($('#email').attr('value')).toBe(fields.email);
      $('#email, input[type=hidden]').removeAttr('value');
      shown.push($.html());
    }
    expect(new Set(shown).size).toBe(1);
    expect(shown[0]).toContain('do not go together');
  });

  it('is audited, with neither address nor password in any log', async () => {
    await website.deps.db.query('DELETE FROM zoom_audit_logs');
    const { email, id } = await buildAdmin();
    const browser = new Browser(website);
    await browser.submit(paths.login, { email, password: 'not-my-password' });
    await browser.submit(paths.login, { email, password: PASSWORD });
    expect(await website.audited()).toEqual(['sign_in_refused', 'signed_in']);
    const [rows] = await website.deps.db.query('SELECT * FROM zoom_audit_logs');
    const everything = JSON.stringify(rows) + website.logged.join('\n');
    expect(everything).toContain(`"user_id":${id}`);
    for (const secret of [email, 'not-my-password', PASSWORD]) expect(everything).not.toContain(secret);
  });
});

describe('the session', () => {
  it('is a row under a name that only the browser knows', async () => {
    const { email, id } = await buildAdmin();
    const answer = await new Browser(website).submit(paths.login, { email, password: PASSWORD });
    const name = sessionCookie(answer);
    expect(name).toHaveLength(43);
    const row = await Session.findOne({ where: { userId: id }, rejectOnEmpty: true });
    expect(JSON.stringify(row)).not.toContain(name);
    for (const line of cookiesOf(answer)) {
      expect(line).toMatch(/^session(\.sig)?=/);
      expect(line).toMatch(/; path=\//i);
      expect(line).toMatch(/; httponly/i);
      expect(line).toMatch(/; samesite=lax/i);
      expect(line).not.toMatch(/; (secure|domain)/i);
    }
  });

  it.each([{ 'X-Forwarded-Proto': 'https' }, {}])(
    'is for https only where people come by https, whatever the proxy says of it: %j',
    async (headers: Record<string, string>) => {
      await website.restart({ appUrl: 'https://live.example.com' });
      const page = await new Browser(website).get(paths.login).set(headers);
      expect(page.status).toBe(200);
      const jar = cookiesOf(page);
      expect(jar.map((line) => line.split('=')[0])).toEqual(['__Host-session', '__Host-session.sig']);
      for (const line of jar) {
        expect(line).toMatch(/; path=\/;/i);
        expect(line).toMatch(/; secure/i);
        expect(line).toMatch(/; httponly/i);
        expect(line).toMatch(/; samesite=lax/i);
        expect(line).not.toMatch(/; domain/i);
      }
      expect(page.headers['strict-transport-security']).toMatch(/max-age=\d{8}/);
    },
  );

  it('has another name after signing in, and the one before is good for nothing', async () => {
    const { email } = await buildAdmin();
    const browser = new Browser(website);
    const before = await browser.get(paths.login);
    const planted = cookiesOf(before).map((line) => line.split(';')[0]);
    const answer = await browser.submit(paths.login, { email, password: PASSWORD });
    expect(answer.status).toBe(303);
    expect(sessionCookie(before)).not.toBe('');
    expect(sessionCookie(answer)).not.toBe(sessionCookie(before));
    const other = await new Browser(website).get(paths.admin).set('Cookie', planted.join('; '));
    expect(other.headers['location']).toMatch(/^\/login/);
  });

  it('is believed only with our signature', async () => {
    const { email } = await buildAdmin();
    const answer = await new Browser(website).submit(paths.login, { email, password: PASSWORD });
    const [name = '', signature = ''] = cookiesOf(answer).map((line) => line.split(';')[0] ?? '');
    const ask = (cookie: string) => new Browser(website).get(paths.admin).set('Cookie', cookie);
    expect((await ask(`${name}; ${signature}`)).status).toBe(200);
    expect((await ask(name)).status).toBe(303);
    expect((await ask(`${name}; ${signature}x`)).status).toBe(303);
    expect((await ask(`session=${'A'.repeat(43)}; ${signature}`)).status).toBe(303);
  });

  it('ends in MySQL when its owner signs out', async () => {
    const { browser, user } = await signedInBrowser(website, 'admin');
    const other = new Browser(website);
    await other.submit(paths.login, { email: user.email, password: PASSWORD });
    expect(await Session.count({ where: { userId: user.id } })).toBe(2);
    const answer = await browser.submit(paths.logout);
    expect(answer).toMatchObject({ status: 303 });
    expect(answer.headers['location']).toBe(paths.login);
    expect(await Session.count({ where: { userId: user.id } })).toBe(1);
    expect((await browser.get(paths.admin)).status).toBe(303);
    expect((await other.get(paths.admin)).status).toBe(200);
  });

  it('is over for a disabled person at once', async () => {
    const { browser, user } = await signedInBrowser(website, 'admin');
    const token = await browser.token();
    await user.update({ disabledAt: new Date() });
    expect((await browser.get(paths.admin)).status).toBe(303);
    const people = { role: 'student', firstName: 'A', lastName: 'B', email: 'too.late@example.test', _csrf: token };
    const answer = await browser.submitText(paths.people, new URLSearchParams(people).toString());
    expect(answer.headers['location']).toMatch(/^\/login/);
    await user.update({ disabledAt: null });
    expect((await browser.get(paths.people)).text).not.toContain('too.late@example.test');
  });

  it.each([
    ['unused for long', { expires_at: new Date(Date.now() - 1000) }],
    ['a week old, however much it was used', { created_at: new Date(Date.now() - 7 * DAY_MS - 1000) }],
  ])('is over when it is %s', async (_what, change) => {
    const { browser, user } = await signedInBrowser(website, 'admin');
    await website.deps.db.getQueryInterface().bulkUpdate('sessions', change, { user_id: user.id });
    expect((await browser.get(paths.admin)).status).toBe(303);
  });
});

describe('the way on after signing in', () => {
  it('is the page that asked for it', async () => {
    const { email } = await buildAdmin();
    const browser = new Browser(website);
    const asked = await browser.get('/admin/orders?page=2');
    const loginUrl = asked.headers['location'] ?? '';
    expect(loginUrl).toBe(`/login?next=${encodeURIComponent('/admin/orders?page=2')}`);
    const next = parse(await browser.get(loginUrl))('input[name=next]').attr('value') ?? '';
    const answer = await browser.submit(paths.login, { email, password: PASSWORD, next });
    expect(answer.headers['location']).toBe('/admin/orders?page=2');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '///evil.example',
    'https://evil.example/admin',
    'https:evil.example',
    'javascript:alert(1)',
    'evil.example',
    ' //evil.example',
    '/admin\r\nSet-Cookie: a=b',
    '/ä',
    '/admin\\..\\..\\evil.example',
    '%2F%2Fevil.example',
    '%5Cevil.example',
    'https%3A%2F%2Fevil.example',
    '//evil.example/%2e%2e',
    '\u2215\u2215evil.example',
    '',
    `/${'x'.repeat(50_000)}`,
  ])('is never %j', async (next) => {
    const { email } = await buildAdmin();
    const answer = await new Browser(website).submit(paths.login, { email, password: PASSWORD, next });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(paths.admin);
  });

  it.each([
    '/%2F%2Fevil.example',
    '/%5Cevil.example',
    '/admin/..//evil.example',
    '/.//evil.example',
    '/admin?to=//evil',
  ])('stays on this site: %s', async (next) => {
    const { email } = await buildAdmin();
    const answer = await new Browser(website).submit(paths.login, { email, password: PASSWORD, next });
    const location = new URL(answer.headers['location'] ?? '', 'https://classes.example');
    expect([answer.status, location.origin]).toEqual([303, 'https://classes.example']);
  });

  it('is shown on the page as text', async () => {
    const next = '"><script>alert(1)</script>';
    const page = await new Browser(website).get(`${paths.login}?next=${encodeURIComponent(next)}`);
    expect(page.text).not.toContain('<script>');
    expect(parse(page)('input[name=next]').attr('value')).toBe(next);
  });
});

describe('guessing', () => {
  const guess = (browser: Browser, email: string, password = 'guess') =>
    browser.submit(paths.login, { email, password });

  it('is refused after some tries at one account, the right password too; others still sign in', async () => {
    const [victim, other] = [await buildAdmin(), await buildAdmin()];
    const browser = new Browser(website);
    for (let count = 0; count < TRIES; count += 1) expect((await guess(browser, victim.email)).status).toBe(422);
    expect((await guess(browser, victim.email)).status).toBe(429);
    const right = await guess(browser, victim.email, PASSWORD);
    expect(right.status).toBe(429);
    expect(right.text).toContain('Wait a few minutes');
    expect((await guess(new Browser(website), other.email, PASSWORD)).status).toBe(303);
  });

  it('is not made easier by writing the address in another way', async () => {
    const victim = await buildAdmin({ email: 'jose.admin@example.test' });
    const spellings = [
      'jose.admin@example.test',
      'JOSE.ADMIN@example.test',
      'josé.admin@example.test',
      'jòse.admin@example.test',
    ];
    const browser = new Browser(website);
    for (let count = 0; count < TRIES; count += 1) await guess(browser, spellings[count % spellings.length] ?? '');
    expect((await guess(browser, victim.email)).status).toBe(429);
    expect((await guess(browser, 'jôse.admin@example.test')).status).toBe(429);
  });

  it('gains nothing by another address of the same IPv6 network', async () => {
    await website.restart({ trustedProxyHops: 1 });
    const victim = await buildAdmin();
    const from = (address: string) =>
      new Browser(website).submit(
        paths.login,
        { email: victim.email, password: 'guess' },
        { 'X-Forwarded-For': address },
      );
    for (let host = 1; host <= TRIES; host += 1) expect((await from(`2001:db8::${host}`)).status).toBe(422);
    expect((await from('2001:db8::f00:1')).status).toBe(429);
    expect((await from('2001:db8:0:1::1')).status).toBe(422);
    for (let host = 1; host <= TRIES; host += 1) await from('203.0.113.7');
    expect([(await from('203.0.113.7')).status, (await from('203.0.113.8')).status]).toEqual([429, 422]);
  });

  it('gains nothing by many tries at once', async () => {
    const victim = await buildAdmin();
    const browser = new Browser(website);
    const token = await browser.token();
    const body = new URLSearchParams({ email: victim.email, password: 'guess', _csrf: token }).toString();
    const answers = await Promise.all(Array.from({ length: 40 }, () => browser.submitText(paths.login, body)));
    const checked = answers.filter(({ status }) => status === 422);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(40 - checked.length);
    // As many as are let in at once may be on their way when the last one that counts comes back.
    expect(checked.length).toBeLessThan(TRIES + 4);
  });

  it('is counted by failures alone: signing in as often as one likes is no failure', async () => {
    const { email } = await buildAdmin();
    for (let count = 0; count < TRIES + 4; count += 1) {
      expect((await guess(new Browser(website), email, PASSWORD)).status).toBe(303);
    }
  });
});

describe('the address that is kept of somebody', () => {
  async function keptAddress(trustedProxyHops: number, forwarded: string): Promise<string | null> {
    await website.restart({ trustedProxyHops });
    const browser = new Browser(website);
    const answer = await browser.submit(paths.login, { email: 'x', password: 'y' }, { 'X-Forwarded-For': forwarded });
    expect(answer.status).toBe(422);
    return (await ZoomAuditLog.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true })).ipAddress;
  }

  it.each([
    [0, '203.0.113.7', '127.0.0.1'],
    [1, '203.0.113.7', '203.0.113.7'],
    [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    [2, '192.0.2.1, 198.51.100.1, 203.0.113.7', '198.51.100.1'],
    [1, '203.0.113.7:50123', '203.0.113.7'],
    [1, '2001:db8::7', '2001:db8::7'],
    [1, '[2001:db8::7]:443', '2001:db8::7'],
    [1, 'unknown', '127.0.0.1'],
    [1, '\u00e9'.repeat(300), '127.0.0.1'],
    [1, '', '127.0.0.1'],
  ])('is, behind %i proxies that we trust and with %j forwarded, %s', async (hops, forwarded, address) => {
    expect(await keptAddress(hops, forwarded)).toBe(address);
  });
});

describe('a form that no browser sends', () => {
  const text = 'x'.repeat(10_000);
  it.each([
    ['a NUL in the address', 'email=a%00b%40example.test&password=x'],
    ['a NUL in the password', `email=a%40example.test&password=%00`],
    ['10 kB', `email=${text}&password=${text}`],
    ['lists', 'email[]=a%40example.test&password[]=x&next[]=y'],
    ['objects', 'email[$ne]=&password[$ne]='],
    ['broken escapes', 'email=%ff%fe&password=%zz'],
    ['prototypes', '__proto__[email]=x&constructor[prototype][email]=x'],
  ])('is refused: %s', async (_what, fields) => {
    const browser = new Browser(website);
    const answer = await browser.submitText(
      paths.login,
      `_csrf=${encodeURIComponent(await browser.token())}&${fields}`,
    );
    expect(answer.status).toBe(422);
  });

  it.each([
    ['too many fields', 'form', `${'a=1&'.repeat(3000)}b=2`],
    ['too deep', 'form', `a${'[b]'.repeat(3000)}=1`],
    ['too large', 'form', `a=${'x'.repeat(200_000)}`],
    ['half a JSON', 'application/json', '{"email":'],
    ['a JSON that is no object', 'application/json', '"email"'],
    ['a list', 'application/json', '[{"_csrf":"x"}]'],
    ['a character set there is none of', 'application/x-www-form-urlencoded; charset=klingon', 'email=x'],
    ['text', 'text/plain', 'email=x'],
  ])('is refused before anything is read of it: %s', async (_what, type, body) => {
    const answer = await new Browser(website).agent.post(paths.login).type(type).send(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it.each(['gzip', 'br', 'klingon'])('is refused when it is no %s though it says so', async (encoding) => {
    const form = 'application/x-www-form-urlencoded';
    const answer = await new Browser(website).agent
      .post(paths.login)
      .set({ 'Content-Encoding': encoding, 'Content-Type': form })
      .send('email=x&password=y');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('needs a token of its own session', async () => {
    const { email } = await buildAdmin();
    const foreign = tokenOn(await new Browser(website).get(paths.login));
    const browser = new Browser(website);
    await browser.get(paths.login);
    const fields = new URLSearchParams({ email, password: PASSWORD, _csrf: foreign }).toString();
    expect((await browser.submitText(paths.login, fields)).status).toBe(403);
    expect((await browser.get(paths.admin)).status).toBe(303);
  });
});
