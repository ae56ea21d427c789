import { addMinutes } from '../../../../src/domain/clock';
import { REFUSED_ACTIONS } from '../../../../src/domain/refusedActions';
import { BlockedIp } from '../../../../src/models/BlockedIp';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { PAGE_SIZE } from '../../../../src/queries/findRefusals';
import { paths } from '../../../../src/routes/paths';
import { buildAudit } from '../../../factories/audits';
import { buildBlock } from '../../../factories/blocks';
import { buildClassDate } from '../../../factories/classes';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

/** A little ahead, so that whatever is written meanwhile is in the past. */
const NOW = addMinutes(new Date(), 10);
const DAY_MINUTES = 24 * 60;

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite({}, { clock: { now: () => NOW } });
  browser = (await signedInBrowser(website, 'admin')).browser;
});

afterAll(() => website.close());

beforeEach(async () => {
  await ZoomAuditLog.destroy({ where: {} });
});

const ago = (minutes: number) => addMinutes(NOW, -minutes);

async function pageOf(query = '') {
  const answer = await browser.get(`${paths.securityLogs}${query}`);
  expect(answer.status).toBe(200);
  return parse(answer);
}

type Page = Awaited<ReturnType<typeof pageOf>>;

/** The totals that are not 0, by reason. */
function totalsOn($: Page): Record<string, number> {
  const entries = $('#totals > li')
    .get()
    .map((item): [string, number] => {
      const href = $(item).find('a').attr('href') ?? '';
      const reason = new URL(href, 'http://here').searchParams.get('reason') ?? '';
      return [reason, Number($(item).find('strong').text())];
    });
  expect(entries.map(([reason]) => reason)).toEqual([...REFUSED_ACTIONS]);
  return Object.fromEntries(entries.filter(([, count]) => count > 0));
}

function textsOf($: Page, selector: string): string[] {
  return $(selector)
    .get()
    .map((item) => $(item).text().replace(/\s+/g, ' ').trim());
}

describe('the totals', () => {
  it('count each reason within the span, and nothing older, newer or else', async () => {
    for (const action of REFUSED_ACTIONS) {
      await buildAudit(action, { createdAt: ago(60) });
      await buildAudit(action, { createdAt: ago(40 * DAY_MINUTES) });
    }
    await buildAudit('join_attempt_invalid_token', { createdAt: ago(2 * DAY_MINUTES) });
    await buildAudit('join_attempt_unauthorized', { createdAt: ago(20 * DAY_MINUTES), ipAddress: null });
    for (const action of ['join_attempt_success', 'signed_in', 'webhook_received'] as const) await buildAudit(action);

    const once = Object.fromEntries(REFUSED_ACTIONS.map((action) => [action, 1]));
    expect(totalsOn(await pageOf('?span=24h'))).toEqual(once);
    const week = { ...once, join_attempt_invalid_token: 2 };
    expect(totalsOn(await pageOf('?span=7d'))).toEqual(week);
    expect(totalsOn(await pageOf())).toEqual(week);
    const $ = await pageOf('?span=30d');
    expect(totalsOn($)).toEqual({ ...week, join_attempt_unauthorized: 2 });
    expect($('h2').first().text()).toBe('Refused in the last 30 days: 10');
  });

  it.each([
    ['24h', DAY_MINUTES],
    ['7d', 7 * DAY_MINUTES],
    ['30d', 30 * DAY_MINUTES],
  ])('begin and end with the %s to the millisecond', async (span, minutes) => {
    const edge = ago(minutes).getTime();
    await buildAudit('join_attempt_no_token', { createdAt: new Date(edge - 1) });
    await buildAudit('join_attempt_expired', { createdAt: new Date(edge) });
    await buildAudit('sign_in_refused', { createdAt: NOW });
    await buildAudit('join_attempt_blocked', { createdAt: new Date(NOW.getTime() + 1) });
    const $ = await pageOf(`?span=${span}`);
    expect(totalsOn($)).toEqual({ join_attempt_expired: 1, sign_in_refused: 1 });
    expect($('#before > li')).toHaveLength(2);
  });

  it('are all 0 when nobody was refused', async () => {
    const $ = await pageOf();
    expect(totalsOn($)).toEqual({});
    expect($('main').text()).toContain('Nobody was refused.');
  });
});

describe('the addresses', () => {
  it('stand by their number of refusals, with reasons, last time and whom a block would have kept out', async () => {
    const [shared, stranger] = ['203.0.113.7', '2001:db8::7'];
    await buildAudit('join_attempt_expired', { ipAddress: shared, createdAt: ago(30) });
    // The same client, as an older row may have it.
    await buildAudit('join_attempt_expired', { ipAddress: `::ffff:${shared}`, createdAt: ago(20) });
    await buildAudit('sign_in_refused', { ipAddress: shared, createdAt: ago(10) });
    await buildAudit('join_attempt_success', { ipAddress: shared, createdAt: ago(5) });
    await buildAudit('join_attempt_success', { ipAddress: shared, createdAt: ago(2 * DAY_MINUTES) });
    await buildAudit('join_attempt_invalid_token', { ipAddress: stranger });
    // Another address of theirs, as anybody who has one has a /64 of them.
    await buildAudit('join_attempt_invalid_token', { ipAddress: '2001:db8::ffff:1:2' });
    await buildAudit('sign_in_refused', { ipAddress: '2001:db8:0:1::7', createdAt: ago(60) });
    await buildAudit('join_attempt_invalid_token', { ipAddress: '198.51.100.9', createdAt: ago(3 * DAY_MINUTES) });
    await buildAudit('join_attempt_success', { ipAddress: '198.51.100.10' });
    await buildAudit('join_attempt_no_token', { ipAddress: null });

    const $ = await pageOf('?span=24h');
    const [first, second, third, ...others] = textsOf($, '#tops > li');
    expect(first).toContain(`${shared}3 refusals1 time let in`);
    expect(first).toContain('Class over or cancelled: 2 · Sign-in refused: 1');
    expect(second).toContain('2001:db8::/642 refusalsnobody let in');
    expect(third).toContain('2001:db8:0:1::/641 refusal');
    expect(others).toEqual([]);
    expect(textsOf(await pageOf('?span=7d'), '#tops > li')[0]).toContain('2 times let in');
    const blocks = $('#tops a.button').toArray();
    expect(blocks.slice(0, 2).map(({ attribs }) => attribs['href'])).toEqual([
      `${paths.newBlock}?network=${shared}`,
      `${paths.newBlock}?network=2001%3Adb8%3A%3A%2F64`,
    ]);
  });

  it('say which block covers them, and which a part of them only', async () => {
    await buildAudit('sign_in_refused', { ipAddress: '2001:db8::5' });
    await buildAudit('sign_in_refused', { ipAddress: '2001:db8:0:1::5' });
    await buildAudit('sign_in_refused', { ipAddress: '2001:db8:0:2::5' });
    await buildAudit('sign_in_refused', { ipAddress: '198.51.100.9' });
    const blocks = ['2001:db8::5', '2001:db8::', '2001:db8:0:1::/48', '198.51.100.9'];
    const ids: number[] = [];
    for (const network of blocks) ids.push((await buildBlock(network)).id);
    const [attacker, firstOfIt, larger, single] = ids;
    const $ = await pageOf();
    const rowOf = (address: string) => {
      const row = $('#tops > li').filter((_, item) => $(item).find('a').first().text() === address);
      return [row.find('.tag').last().text(), row.find('a.button').length];
    };
    // The newest first.
    expect(rowOf('198.51.100.9')).toEqual([`blocked, B${single}`, 0]);
    expect(rowOf('2001:db8:0:1::/64')).toEqual([`blocked, B${larger}`, 0]);
    await BlockedIp.destroy({ where: { id: larger ?? 0 } });
    const after = await pageOf();
    const rest = textsOf(after, '#tops > li').find((text) => text.startsWith('2001:db8::/64'));
    expect(rest).toContain(`partly blocked, B${firstOfIt}, B${attacker}Block 2001:db8::/64…`);
    expect(textsOf(after, '#tops > li').filter((text) => text.includes('blocked'))).toHaveLength(2);
  });

  it('are twenty at most', async () => {
    for (let host = 1; host <= 22; host += 1) await buildAudit('sign_in_refused', { ipAddress: `198.51.100.${host}` });
    expect((await pageOf())('#tops > li')).toHaveLength(20);
  });
});

describe('the newest refusals', () => {
  it('come in pages that neither leave out nor repeat any, even when new ones arrive meanwhile', async () => {
    const count = 2 * PAGE_SIZE + 3;
    for (let index = 0; index < count; index += 1) await buildAudit('sign_in_refused', { userAgent: `agent ${index}` });
    const seen: string[] = [];
    let query: string | undefined = '';
    while (query !== undefined) {
      const $: Page = await pageOf(query);
      seen.push(...textsOf($, '#before .why'));
      await buildAudit('sign_in_refused', { userAgent: 'a later one' });
      query = $('a:contains("Older")')
        .attr('href')
        ?.replace(/^[^?]*|#.*$/g, '');
    }
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => `agent ${count - 1 - index}`));
  });

  it('can be narrowed by reason and by address, and the totals stay as they are', async () => {
    const classDate = await buildClassDate();
    const entity = { entityType: 'class_date', entityId: classDate.id };
    const metadata = JSON.stringify({ reason: 'used_elsewhere' });
    await buildAudit('join_attempt_unauthorized', { ...entity, metadata, ipAddress: '198.51.100.9' });
    await buildAudit('join_attempt_unauthorized', { ipAddress: '198.51.101.9' });
    await buildAudit('sign_in_refused', { ipAddress: '198.51.100.9' });
    const $ = await pageOf('?reason=join_attempt_unauthorized&address=198.51.100.77%2F24');
    expect(textsOf($, '#before > li')).toEqual([expect.stringMatching(/used elsewhere.*198\.51\.100\.9/)]);
    expect($('#before a').attr('href')).toBe(paths.classDate(classDate.id));
    expect(totalsOn($)).toEqual({ join_attempt_unauthorized: 2, sign_in_refused: 1 });
    expect($('#address').attr('value')).toBe('198.51.100.0/24');
    expect($('#span a').first().attr('href')).toBe(
      `${paths.securityLogs}?span=24h&reason=join_attempt_unauthorized&address=198.51.100.0%2F24`,
    );
    expect(textsOf(await pageOf('?address=2001:db8::1'), '#before')).toEqual(['None that fits.']);
    expect(textsOf(await pageOf('?reason=&address='), '#before > li')).toHaveLength(3);
  });

  it('show what strangers wrote as text', async () => {
    await buildAudit('sign_in_refused', { userAgent: '<script>alert(1)</script>', metadata: '{"reason":"<b>x</b>"}' });
    const $ = await pageOf();
    expect($('main script, main b')).toHaveLength(0);
    expect($('#before').text()).toContain('<script>alert(1)</script>');
  });
});

describe('an address bar that makes no sense', () => {
  const long = 'x'.repeat(10_000);
  it.each(
    [
      ['span=1y', 'span'],
      ['span=24h&span=7d', 'span'],
      ['span=', 'span'],
      ['span=%00', 'span'],
      ['span=%EF%BC%97d', 'span'],
      ['span=constructor', 'span'],
      ['reason=signed_in', 'reason'],
      ['reason=sign_in_refused&reason=sign_in_refused', 'reason'],
      [`reason=${long}`, 'reason'],
      ['address=nowhere', 'address'],
      ['address=1.2.3.4&address=1.2.3.4', 'address'],
      ['address=1.2.3.4%00', 'address'],
      ['address=%EF%BC%91.2.3.4', 'address'],
      ['address=1.2.3.4/99', 'address'],
      [`address=${long}`, 'address'],
      ['before=0', 'before'],
      ['before=-1', 'before'],
      ['before=1e9', 'before'],
      ['before=%D9%A1', 'before'],
      ['before=9999999999999999', 'before'],
      ['before=1&before=2', 'before'],
    ].map(([query = '', field = '']) => [query.slice(0, 40), field, query] as const),
  )('is told so, and the page shows the rest: %s', async (_start, field, query) => {
    await buildAudit('sign_in_refused');
    const answer = await browser.get(`${paths.securityLogs}?${query}`);
    expect(answer.status).toBe(400);
    const $ = parse(answer);
    const link = $('[role=alert] a');
    expect(link.attr('href')).toBe(`#${field}`);
    expect($(`[id="${field}"]`)).toHaveLength(1);
    expect(totalsOn($)).toEqual({ sign_in_refused: 1 });
  });
});
