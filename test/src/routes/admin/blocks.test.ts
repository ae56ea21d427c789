import type { Response } from 'supertest';
import { addMinutes } from '../../../../src/domain/clock';
import { BlockedIp } from '../../../../src/models/BlockedIp';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildAudit } from '../../../factories/audits';
import { buildBlock } from '../../../factories/blocks';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

const OWN = '198.51.100.50';
/** The tests come to the website over loopback, so that is its proxy. */
const PROXY = '127.0.0.1';

let website: Website;
let browser: Browser;
let adminId: number;
let now = new Date();

beforeAll(async () => {
  website = await startWebsite({ TRUSTED_PROXY_HOPS: '1' }, { clock: { now: () => now } });
  const admin = await signedInBrowser(website, 'admin');
  browser = admin.browser;
  adminId = admin.user.id;
});

afterAll(() => website.close());

beforeEach(async () => {
  // A little ahead, so that whatever is written meanwhile is in the past.
  now = addMinutes(new Date(), 10);
  await BlockedIp.destroy({ where: {} });
  await ZoomAuditLog.destroy({ where: {} });
});

const FIELDS = { network: '203.0.113.7', reason: 'Guesses links', term: '1d' };

function submit(path: string, fields: Record<string, string> = {}): Promise<Response> {
  return browser.submit(path, fields, { 'X-Forwarded-For': OWN });
}

function mainOf(page: Response): string {
  return parse(page)('main').text().replace(/\s+/g, ' ');
}

describe('blocking an address', () => {
  it('asks first, with whom it would have cost in the last 30 days, and changes nothing by that', async () => {
    const join = (ipAddress: string, entityId: number, daysAgo = 1) =>
      buildAudit('join_attempt_success', { ipAddress, entityId, createdAt: addMinutes(now, -daysAgo * 24 * 60) });
    await join('203.0.113.7', 1);
    await join('203.0.113.7', 1);
    await join('::ffff:203.0.113.200', 2);
    await join('203.0.113.7', 3, 31);
    await join('203.0.114.7', 4);
    await join('2001:db8::cb00:7107', 5);
    await buildAudit('sign_in_refused', { ipAddress: '203.0.113.7' });

    const range = await submit(paths.blockReview, { ...FIELDS, network: '203.0.113.99/24' });
    expect(range.status).toBe(200);
    expect(mainOf(range)).toContain('Block 203.0.113.0/24?');
    expect(mainOf(range)).toContain('people came in from there 3 times, with 2 passes.');
    expect(mainOf(await submit(paths.blockReview, FIELDS))).toContain('2 times, with 1 pass.');
    const nobody = await submit(paths.blockReview, { ...FIELDS, network: '192.0.2.0/24' });
    expect(mainOf(nobody)).toContain('Nobody came in from there');
    expect(await BlockedIp.count()).toBe(0);
    expect(await website.audited()).not.toContain('ip_blocked');
  });

  it('keeps who did it, why and until when, audits it, and shows it until it is lifted', async () => {
    const review = parse(await submit(paths.blockReview, FIELDS));
    const sent = review('main form input:not([name=_csrf])')
      .get()
      .map((input): [string, string] => [input.attribs['name'] ?? '', input.attribs['value'] ?? '']);
    expect(Object.fromEntries(sent)).toEqual(FIELDS);
    const answer = await submit(paths.blocks, Object.fromEntries(sent));
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.securityLogs]);

    const block = await BlockedIp.findOne({ rejectOnEmpty: true });
    const expiresAt = addMinutes(now, 24 * 60);
    expect(block).toMatchObject({ network: FIELDS.network, reason: FIELDS.reason, createdBy: adminId, expiresAt });
    const audit = await ZoomAuditLog.findOne({ where: { action: 'ip_blocked' }, rejectOnEmpty: true });
    expect(audit).toMatchObject({ userId: adminId, ipAddress: OWN, entityType: 'blocked_ip', entityId: block.id });
    expect(JSON.parse(audit.metadata ?? '{}')).toEqual({ version: 4, prefix: 32, term: '1d' });
    await buildAudit('sign_in_refused', { ipAddress: FIELDS.network });
    const page = await browser.get(paths.securityLogs);
    expect(mainOf(page)).toContain(`${FIELDS.network}B${block.id}until `);
    expect(parse(page)('#tops .tag.bad').text()).toBe(`blocked, B${block.id}`);

    const lift = paths.blockLift(block.id);
    expect(mainOf(page)).not.toContain('No address is blocked.');
    expect((await submit(lift)).status).toBe(303);
    expect(mainOf(await browser.get(paths.securityLogs))).toContain('No address is blocked.');
    expect(await ZoomAuditLog.count({ where: { action: 'ip_unblocked', entityId: block.id, userId: adminId } })).toBe(
      1,
    );
    await submit(lift);
    expect(mainOf(await browser.get(paths.securityLogs))).toContain('was not blocked any more');
    expect(await ZoomAuditLog.count({ where: { action: 'ip_unblocked' } })).toBe(1);
  });

  it.each([
    ['1h', 60],
    ['1d', 24 * 60],
    ['7d', 7 * 24 * 60],
    ['30d', 30 * 24 * 60],
    ['lifted', null],
  ])('for %s ends after %s minutes', async (term, minutes) => {
    await submit(paths.blocks, { ...FIELDS, term });
    const { expiresAt } = await BlockedIp.findOne({ rejectOnEmpty: true });
    expect(expiresAt).toEqual(minutes === null ? null : addMinutes(now, minutes));
  });

  it('can be done again when the block is over, and takes twins away together', async () => {
    await submit(paths.blocks, { ...FIELDS, term: '1h' });
    expect(mainOf(await submit(paths.blocks, FIELDS))).toContain('is blocked already');
    now = addMinutes(now, 60);
    expect((await submit(paths.blocks, FIELDS)).status).toBe(303);
    const [old, twin] = await BlockedIp.findAll({ order: ['id'] });
    if (!old || !twin) throw new Error('There should be two.');
    await buildBlock(FIELDS.network);
    await submit(paths.blockLift(old.id));
    expect(await BlockedIp.count({ where: BlockedIp.inForce(now) })).toBe(2);
    await submit(paths.blockLift(twin.id));
    expect(await BlockedIp.count({ where: BlockedIp.inForce(now) })).toBe(0);
  });

  it('is offered with the address filled in', async () => {
    const $ = parse(await browser.get(`${paths.newBlock}?network=2001:db8::7`));
    expect([$('#network').attr('value'), $('#term option[selected]').attr('value')]).toEqual(['2001:db8::7', '1d']);
    expect((await browser.get(`${paths.newBlock}?network=a&network=b`)).status).toBe(200);
  });
});

describe('what cannot be blocked', () => {
  it.each([
    ['one’s own address', { network: OWN }, 'Your own address'],
    ['one’s own as IPv6 writes it', { network: `::ffff:${OWN}` }, 'Your own address'],
    ['a network around it', { network: '198.51.100.0/24' }, 'Your own address'],
    ['a proxy in front of us', { network: PROXY }, 'is a proxy in front of this site'],
    ['loopback, where it is', { network: '127.0.0.0/16' }, 'is a proxy in front of this site'],
    ['more than a /16', { network: '203.0.0.0/15' }, 'too wide: a block may be /16'],
    ['everything', { network: '0.0.0.0/0' }, 'too wide'],
    ['more than a /32 of IPv6', { network: '2001:db8::/31' }, 'too wide'],
    ['all of IPv4 in IPv6', { network: '::/32' }, 'too wide'],
    ['all of IPv4 in a narrower one', { network: '::ffff:0:0/96' }, 'too wide'],
    ['nothing', { network: '' }, 'Enter an address'],
    ['a name', { network: 'example.test' }, 'Enter an address'],
    ['a look-alike', { network: '２03.0.113.7' }, 'Enter an address'],
    ['a NUL', { network: '203.0.113.7\u0000' }, 'control characters'],
    ['10 kB', { network: '2'.repeat(10_000) }, 'Use at most 49 characters'],
    ['without a reason', { reason: '  ' }, 'Say why'],
    ['with 10 kB of reason', { reason: 'x'.repeat(10_000) }, 'Use at most 255 characters'],
    ['for a while', { term: 'a while' }, 'Choose how long'],
    ['for a property of objects', { term: '__proto__' }, 'Choose how long'],
  ])('%s', async (_what, fields, message) => {
    for (const path of [paths.blockReview, paths.blocks]) {
      const answer = await submit(path, { ...FIELDS, ...fields });
      expect([answer.status, parse(answer)('[role=alert]').text()]).toEqual([422, expect.stringContaining(message)]);
    }
    expect(await BlockedIp.count()).toBe(0);
    expect(await website.audited()).not.toContain('ip_blocked');
  });

  it.each(['network[]=203.0.113.7&reason=x&term=1d', 'network[$ne]=1&reason[]=x&term[a]=b', ''])(
    'what no form sends: %s',
    async (fields) => {
      const body = `_csrf=${encodeURIComponent(await browser.token())}&${fields}`;
      for (const path of [paths.blockReview, paths.blocks])
        expect((await browser.submitText(path, body)).status).toBe(422);
      expect((await submit(paths.blockLift(999_999))).status).toBe(404);
    },
  );

  it('is not private networks as such', async () => {
    expect((await submit(paths.blocks, { ...FIELDS, network: '10.1.0.0/16' })).status).toBe(303);
  });

  it('leaves no block when its audit row cannot be written', async () => {
    const create = jest.spyOn(ZoomAuditLog, 'create').mockRejectedValueOnce(new Error('no room'));
    expect((await submit(paths.blocks, FIELDS)).status).toBe(500);
    create.mockRestore();
    expect(await BlockedIp.count()).toBe(0);
    const { id } = await buildBlock('203.0.113.7');
    const again = jest.spyOn(ZoomAuditLog, 'create').mockRejectedValueOnce(new Error('no room'));
    expect((await submit(paths.blockLift(id))).status).toBe(500);
    again.mockRestore();
    expect(await BlockedIp.count({ where: BlockedIp.inForce(now) })).toBe(1);
  });
});
