import { createServer, type Server } from 'node:http';
import request, { type Response, type Test } from 'supertest';
import { createApp } from '../../../src/app';
import { saveFirstZoomSettings } from '../../../src/commands/saveFirstZoomSettings';
import { addMinutes } from '../../../src/domain/clock';
import { BlockedIp } from '../../../src/models/BlockedIp';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import type { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { paths } from '../../../src/routes/paths';
import { buildBlock } from '../../factories/blocks';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { Browser, parse, PASSWORD, passwordHash, signedInBrowser } from '../../support/browser';
import { startWebsite, type Website } from '../../support/website';

const STRANGER = '203.0.113.7';
const NEIGHBOUR = '203.0.114.7';
/** Every process has heard of a block or a lift after so long. */
const HEARD_MS = 5_000;
/** Attempts from one block that are audited in ten minutes. */
const AUDITED = 60;

let website: Website;
let now = new Date();

beforeAll(async () => {
  const allowed = { ZOOM_ALLOWED_HOSTS: 'zoom.us,*.zoom.us' };
  website = await startWebsite({ TRUSTED_PROXY_HOPS: '1', ...allowed }, { clock: { now: () => now } });
  await saveFirstZoomSettings(website.deps);
});

afterAll(() => website.close());

beforeEach(async () => {
  now = new Date();
  await BlockedIp.destroy({ where: {} });
  await ZoomAuditLog.destroy({ where: {} });
  await website.restart();
});

async function buildDoor(): Promise<{ url: string; pass: ZoomSecureToken; classDateId: number }> {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(now, 10) });
  await buildMeeting(website.deps.encryption, classDate);
  const student = await buildUser('student');
  const person = { userId: student.id, email: student.email };
  const { pass, token } = await buildPass(website.deps.signingKeys, classDate, person);
  return { url: `${paths.join(classDate.id)}?token=${token}`, pass, classDateId: classDate.id };
}

function from(address: string, test: Test): Test {
  return test.set('X-Forwarded-For', address);
}

function get(url: string, address: string, server: Server = website.server): Test {
  return from(address, request(server).get(url));
}

async function statusFrom(url: string, address: string): Promise<number> {
  return (await get(url, address)).status;
}

function pass(ms: number): void {
  now = new Date(now.getTime() + ms);
}

/** Presses the button of a page that was got before, as the same browser. */
function press(page: Response, address: string): Test {
  const $ = parse(page);
  return from(address, request(website.server).post($('form').attr('action') ?? ''))
    .set({
      Origin: website.deps.config.appUrl,
      Cookie: (page.headers['set-cookie'] ?? '').toString().split(';')[0] ?? '',
    })
    .type('form')
    .send({ nonce: $('input[name=nonce]').attr('value') ?? '' });
}

describe('a blocked address', () => {
  it('is told so at the door, with a good pass too, and what to do; its neighbour goes in', async () => {
    const { url, pass: joinPass, classDateId } = await buildDoor();
    const page = await get(url, STRANGER);
    expect(page.status).toBe(200);
    const block = await buildBlock(STRANGER);
    pass(HEARD_MS);
    const refused = await get(url, STRANGER);
    expect(refused.status).toBe(403);
    expect(parse(refused)('h1').text()).toBe('Your network is blocked here');
    expect(refused.text).toContain('support@example.test');
    expect(refused.text).toContain(`B${block.id}`);
    expect(refused.text).not.toContain('Maths 7B');
    expect((await from(STRANGER, request(website.server).head(url))).status).toBe(403);
    expect((await press(page, STRANGER)).status).toBe(403);
    for (const path of [paths.joinGuest(classDateId), paths.joinPage(classDateId), paths.join(999_999)]) {
      expect([path, await statusFrom(path, STRANGER)]).toEqual([path, 403]);
    }
    // However the path is written, if the router takes it.
    expect(await statusFrom(url.replace('/join/', '/JOIN/'), STRANGER)).toBe(403);
    expect((await joinPass.reload()).usedAt).toBeNull();
    const audits = await ZoomAuditLog.findAll({ where: { action: 'join_attempt_blocked' } });
    expect(audits).toHaveLength(7);
    expect(audits[0]).toMatchObject({ ipAddress: STRANGER, entityType: 'blocked_ip', entityId: block.id });
    expect((await press(page, NEIGHBOUR)).headers['location']).toMatch(/^https:\/\/us05web\.zoom\.us\//);
  });

  it('cannot sign in, whoever it is, and a try is audited', async () => {
    const { email } = await buildUser('teacher', { passwordHash: await passwordHash() });
    const browser = new Browser(website);
    const token = await browser.token();
    await buildBlock(STRANGER);
    pass(HEARD_MS);
    const sent = new URLSearchParams({ email, password: PASSWORD, _csrf: token }).toString();
    const answer = await browser.submitText(paths.login, sent, { 'X-Forwarded-For': STRANGER });
    expect([answer.status, parse(answer)('h1').text()]).toEqual([403, 'Your network is blocked here']);
    expect(await statusFrom(paths.login, STRANGER)).toBe(403);
    expect(await statusFrom(paths.login.toUpperCase(), STRANGER)).toBe(403);
    expect(await website.audited()).toEqual(['sign_in_refused']);
    expect((await browser.submitText(paths.login, sent, { 'X-Forwarded-For': NEIGHBOUR })).status).toBe(303);
  });

  it('is answered everywhere else: webhooks, health, styles, and an admin’s own pages', async () => {
    const { browser } = await signedInBrowser(website, 'admin');
    await buildBlock(STRANGER);
    pass(HEARD_MS);
    const answers = await Promise.all([
      get(paths.healthz, STRANGER),
      get(paths.readyz, STRANGER),
      get('/css/join.css', STRANGER),
      from(STRANGER, request(website.server).post(paths.webhook)).send('{}'),
      from(STRANGER, browser.get(paths.admin)),
      from(STRANGER, browser.get(paths.securityLogs)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401, 200, 200]);
    const [block] = await BlockedIp.findAll();
    const lift = await browser.submitText(
      paths.blockLift(block?.id ?? 0),
      new URLSearchParams({ _csrf: await browser.token() }).toString(),
      { 'X-Forwarded-For': STRANGER },
    );
    expect(lift.status).toBe(303);
    expect(await BlockedIp.count({ where: BlockedIp.inForce(now) })).toBe(0);
  });

  it('cannot fill the audit log, not even from every address of its network', async () => {
    const { url } = await buildDoor();
    const { id } = await buildBlock('203.0.113.0/24');
    pass(HEARD_MS);
    const statuses = [];
    for (let host = 0; host < AUDITED + 3; host += 1) statuses.push(await statusFrom(url, `203.0.113.${host}`));
    expect(new Set(statuses)).toEqual(new Set([403]));
    expect(await ZoomAuditLog.count({ where: { action: 'join_attempt_blocked', entityId: id } })).toBe(AUDITED);
  });

  it('costs the database nothing while the list is fresh and the log is full', async () => {
    const { url } = await buildDoor();
    await buildBlock(STRANGER);
    for (let tries = 0; tries < AUDITED + 2; tries += 1) await get(url, STRANGER);
    const query = jest.spyOn(website.deps.db, 'query');
    expect(await statusFrom(url, STRANGER)).toBe(403);
    expect(query).not.toHaveBeenCalled();
    query.mockRestore();
  });
});

describe('a block', () => {
  it('counts in every process within five seconds, and so does lifting it', async () => {
    const { url } = await buildDoor();
    const other = createServer((incoming, outgoing) => void handle(incoming, outgoing));
    const handle = createApp(website.deps).callback();
    const statuses = async () => [(await get(url, STRANGER)).status, (await get(url, STRANGER, other)).status];
    expect(await statuses()).toEqual([200, 200]);
    const admin = await signedInBrowser(website, 'admin');
    const fields = { network: STRANGER, reason: 'Guesses links', term: 'lifted' };
    expect((await admin.browser.submit(paths.blocks, fields)).status).toBe(303);
    pass(HEARD_MS);
    expect(await statuses()).toEqual([403, 403]);
    const { id } = await BlockedIp.findOne({ rejectOnEmpty: true });
    await admin.browser.submit(paths.blockLift(id));
    pass(HEARD_MS);
    expect(await statuses()).toEqual([200, 200]);
    expect(await website.audited()).toEqual(expect.arrayContaining(['ip_blocked', 'ip_unblocked']));
  });

  it('ends by itself, at the very moment', async () => {
    const { url } = await buildDoor();
    await buildBlock(STRANGER, { expiresAt: new Date(now.getTime() + 1_000) });
    expect(await statusFrom(url, STRANGER)).toBe(403);
    pass(999);
    expect(await statusFrom(url, STRANGER)).toBe(403);
    pass(1);
    expect(await statusFrom(url, STRANGER)).toBe(200);
  });

  it('is heard of even when the clock is set back', async () => {
    const { url } = await buildDoor();
    expect(await statusFrom(url, STRANGER)).toBe(200);
    await buildBlock(STRANGER);
    pass(-60_000);
    expect(await statusFrom(url, STRANGER)).toBe(403);
  });

  it.each([
    [
      '203.0.113.0/24',
      ['203.0.113.0', '203.0.113.255', '::ffff:203.0.113.9'],
      ['203.0.112.255', '203.0.114.0', '::203.0.113.9'],
    ],
    [
      '2001:db8:7::/48',
      ['2001:db8:7::', '2001:DB8:0007:ffff::1', '[2001:db8:7::1]:443'],
      ['2001:db8:8::', '2001:db8:6::1'],
    ],
    ['::ffff:203.0.113.7', ['203.0.113.7', '::FFFF:cb00:7107'], ['203.0.113.8']],
  ])('of %s keeps out %j and not %j', async (written, inside, outside) => {
    const { url } = await buildDoor();
    await buildBlock(written);
    for (const address of inside) expect([address, await statusFrom(url, address)]).toEqual([address, 403]);
    for (const address of outside) expect([address, await statusFrom(url, address)]).toEqual([address, 200]);
  });
});

describe('the address that counts', () => {
  it.each([
    ['is the client’s behind the proxy that we trust', 1, STRANGER, 403],
    ['is the one our proxy added, not what the client wrote before', 1, `${NEIGHBOUR}, ${STRANGER}`, 403],
    ['is not one that a client only claims', 1, `${STRANGER}, ${NEIGHBOUR}`, 200],
    ['is not forwarded by a peer that we do not trust', 0, STRANGER, 200],
  ])('%s', async (_what, trustedProxyHops, forwarded, status) => {
    await website.restart({ trustedProxyHops });
    const { url } = await buildDoor();
    await buildBlock(STRANGER);
    expect(await statusFrom(url, forwarded)).toBe(status);
  });

  it('is the peer’s own where no proxy is trusted, whatever it forwards', async () => {
    await website.restart({ trustedProxyHops: 0 });
    const { url } = await buildDoor();
    await buildBlock('127.0.0.1');
    expect(await statusFrom(url, NEIGHBOUR)).toBe(403);
  });

  it('is never the balancer’s: a block of it keeps nobody out who comes by it', async () => {
    const { url } = await buildDoor();
    await buildBlock('127.0.0.1');
    expect(await statusFrom(url, NEIGHBOUR)).toBe(200);
  });
});
