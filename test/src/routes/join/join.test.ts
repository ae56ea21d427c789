import { load } from 'cheerio';
import type { Response } from 'supertest';
import { personalUrlPlace } from '../../../../src/commands/makePersonalLinks';
import { TAKEOVERS_MAX } from '../../../../src/domain/joinRefusals';
import { addMinutes } from '../../../../src/domain/clock';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { buildPass } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import {
  JOIN_APP_URL as APP_URL,
  OWN_LINK,
  press,
  startJoinSite,
  UNKNOWN_TOKEN,
  visitAndPress,
  type JoinSite,
  type Link,
} from '../../../support/joinSite';

let site: JoinSite;

beforeAll(async () => {
  site = await startJoinSite();
});

afterAll(() => site.close());

beforeEach(() => site.restart());

const newBrowser = () => site.newBrowser();
const buildLink: JoinSite['buildLink'] = (...args) => site.buildLink(...args);
const audited = () => site.audited();

describe('the page', () => {
  it('shows the class, the times of reader and teacher, the state, and one button', async () => {
    const { url } = await buildLink({ startsAt: new Date(Date.now() + 600_000), timeZone: 'Europe/Berlin' });
    const page = await newBrowser().get(url);
    const $ = load(page.text);
    expect(page.status).toBe(200);
    expect($('h1').text()).toBe('Maths 7B');
    expect($('.with').text()).toMatch(/^with Tamara /);
    expect($('dl').text()).toContain('(America/New_York)');
    expect($('dl').text()).toContain('(Europe/Berlin)');
    expect($('h2').text()).toBe('Waiting for your teacher');
    expect($('button')).toHaveLength(1);
    expect($('a[href^="mailto:"]').text()).toBe('support@example.test');
  });

  it('allows its form to end at Zoom, loads nothing from elsewhere, and is not kept', async () => {
    const { url } = await buildLink();
    const { headers, text } = await newBrowser().get(url);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('same-origin');
    const formAction = /form-action ([^;]*)/.exec(headers['content-security-policy'] ?? '')?.[1]?.split(' ');
    expect(formAction).toEqual(expect.arrayContaining(["'self'", 'https://zoom.us', 'https://*.zoom.us']));
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    const sources = load(text)('[src], link[href]')
      .get()
      .map((element) => element.attribs['src'] ?? element.attribs['href']);
    expect(sources).toEqual(['/css/join.css', '/js/join.js']);
    expect(Buffer.byteLength(text)).toBeLessThan(4_096);
  });

  it.each([
    ['scheduled', 90, 'Not open yet', '1800'],
    ['scheduled', 31, 'Not open yet', '10'],
    ['scheduled', 29, 'The room is being made', '10'],
    ['preparing', 20, 'The room is being made', '10'],
  ] as const)('%s, in %d min: "%s", and looks again after %s s', async (state, startsIn, heading, refresh) => {
    const { url } = await buildLink({ state, startsAt: addMinutes(new Date(), startsIn) }, false);
    const $ = load((await newBrowser().get(url)).text);
    expect($('h2').text()).toBe(heading);
    expect($('button')).toHaveLength(0);
    expect($('noscript').text()).toContain(`http-equiv="refresh" content="${refresh}"`);
  });

  it.each([
    ['live', -5, 'Live now', 'Join Live Class Now'],
    ['live', -90, 'Live now', 'Join Live Class Now'],
    ['ended', -30, 'The meeting has ended', 'Go in again'],
  ] as const)('%s, in %d min: "%s"', async (state, startsIn, heading, button) => {
    const { url } = await buildLink({ state, startsAt: addMinutes(new Date(), startsIn) });
    const $ = load((await newBrowser().get(url)).text);
    expect([$('h2').text(), $('button').text()]).toEqual([heading, button]);
    expect($('noscript')).toHaveLength(0);
  });

  it('says that the teacher has been written to when the class has not started', async () => {
    const { url } = await buildLink({ startsAt: addMinutes(new Date(), -6), stateReason: 'not_started' });
    expect((await newBrowser().get(url)).text).toContain('we have written to your teacher');
  });

  it('turns from "being made" to Join when the room is there', async () => {
    const { classDate, url } = await buildLink({ state: 'preparing' }, false);
    const browser = newBrowser();
    expect(load((await browser.get(url)).text)('button')).toHaveLength(0);
    await buildMeeting(site.deps.encryption, classDate);
    await classDate.update({ state: 'ready' });
    expect(load((await browser.get(url)).text)('button')).toHaveLength(1);
  });
});

describe('looking changes nothing', () => {
  it('after 50 GETs and HEADs the pass is as it was, and the click works', async () => {
    const { pass, url } = await buildLink();
    const before = (await pass.reload()).toJSON();
    const logs = await ZoomAuditLog.count();
    for (let visit = 0; visit < 25; visit += 1) {
      await newBrowser().head(url).expect(200);
      await newBrowser().get(url).expect(200);
    }
    expect((await pass.reload()).toJSON()).toEqual(before);
    expect(await ZoomAuditLog.count()).toBe(logs);
    const answer = await visitAndPress(newBrowser(), url);
    expect([answer.status, answer.headers['location']]).toEqual([303, OWN_LINK]);
  });
});

describe('the click', () => {
  it('sends the person to their own link and audits it', async () => {
    const { pass, url } = await buildLink();
    const answer = await visitAndPress(newBrowser(), url);
    expect([answer.status, answer.headers['location']]).toEqual([303, OWN_LINK]);
    const audit = await ZoomAuditLog.findOne({
      where: { action: 'join_attempt_success', entityId: pass.id },
      rejectOnEmpty: true,
    });
    expect(audit.userId).toBe(pass.userId);
    expect(JSON.parse(audit.metadata ?? '{}')).toMatchObject({ quality: 'registrant', reentry: false });
  });

  it('sends a person without a link of their own, or with one into a former meeting, to the plain one', async () => {
    const { pass, url } = await buildLink();
    await pass.update({ linkMeetingId: null });
    const answer = await visitAndPress(newBrowser(), url);
    expect(answer.headers['location']).toBe('https://us05web.zoom.us/j/97763643886?pwd=plain');
  });

  it('works the same for a guest, on the guests’ address', async () => {
    const { classDate } = await buildLink();
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email: 'guest@example.test' });
    const { pass, token } = await buildPass(site.deps.signingKeys, classDate, {
      guestId: guest.id,
      email: guest.email,
    });
    const answer = await visitAndPress(newBrowser(), `/join/class/${classDate.id}/guest?token=${token}`);
    expect(answer.status).toBe(303);
    expect((await pass.reload()).usedAt).not.toBeNull();
  });

  it('lets the same browser in again until the class is over', async () => {
    const { classDate, pass, url } = await buildLink({ state: 'live' });
    const browser = newBrowser();
    await visitAndPress(browser, url);
    const { usedAt } = await pass.reload();
    expect((await visitAndPress(browser, url)).status).toBe(303);
    expect((await pass.reload()).usedAt).toEqual(usedAt);
    await classDate.update({ state: 'ended', closedAt: new Date() });
    const after = await browser.get(url);
    expect([after.status, load(after.text)('h1').text()]).toEqual([410, 'This class is over']);
  });

  it('makes one holder of 200 browsers that press at once', async () => {
    const { url } = await buildLink();
    const browsers = Array.from({ length: 200 }, newBrowser);
    const pages = await Promise.all(browsers.map((browser) => browser.get(url)));
    const answers = await Promise.all(
      browsers.map((browser, index) => press(browser, pages[index] ?? fail('a page for each browser'))),
    );
    const admitted = answers.filter(({ headers }) => headers['location'] === OWN_LINK);
    expect(admitted).toHaveLength(1);
    const successes = await ZoomAuditLog.count({ where: { action: 'join_attempt_success' } });
    const before = successes;
    await visitAndPress(browsers[answers.findIndex((answer) => answer === admitted[0])] ?? newBrowser(), url);
    expect(await ZoomAuditLog.count({ where: { action: 'join_attempt_success' } })).toBe(before + 1);
  });

  it('needs the page: no nonce, another browser’s nonce, another pass’s nonce, another site, no cookie', async () => {
    const [one, two] = [await buildLink(), await buildLink()];
    const browser = newBrowser();
    const page = await browser.get(one.url);
    const refused = await Promise.all([
      browser.post(one.url).set('Origin', APP_URL).type('form').send({}),
      newBrowser()
        .post(one.url)
        .set('Origin', APP_URL)
        .type('form')
        .send({ nonce: nonceOf(page) }),
      browser
        .post(two.url)
        .set('Origin', APP_URL)
        .type('form')
        .send({ nonce: nonceOf(page) }),
      press(browser, page, { Origin: 'https://evil.example' }),
      press(browser, page, { Origin: 'null' }),
      press(browser, page, { 'Sec-Fetch-Site': 'cross-site' }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403]);
    expect(refused[0]?.text).toContain('Please press the button once more');
    expect([(await one.pass.reload()).usedAt, (await two.pass.reload()).usedAt]).toEqual([null, null]);
    expect((await press(browser, page)).headers['location']).toBe(OWN_LINK);
  });

  it('before the door is open leads back to the page, which goes on looking', async () => {
    const { classDate, url } = await buildLink();
    const browser = newBrowser();
    const page = await browser.get(url);
    await classDate.update({ state: 'preparing' });
    const answer = await press(browser, page);
    expect([answer.status, answer.headers['location']]).toEqual([303, url]);
  });

  it('never leads anywhere but Zoom', async () => {
    const { pass, url } = await buildLink();
    const elsewhere = site.deps.encryption.encrypt('https://zoom.us.evil.example/j/1', personalUrlPlace(pass.id));
    await pass.update({ personalUrlEncrypted: elsewhere });
    const answer = await visitAndPress(newBrowser(), url);
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('evil');
    expect((await pass.reload()).usedAt).toBeNull();
  });
});

describe('refusals', () => {
  const refusedAs = async (url: string) => {
    const before = (await audited()).length;
    const { status, text } = await newBrowser().get(url);
    return { status, text, heading: load(text)('h1').text(), actions: (await audited()).slice(before) };
  };

  it.each([
    ['without a token', (link: Link) => link.url.replace(/\?.*/, ''), 400, 'join_attempt_no_token'],
    ['with two tokens', (link: Link) => `${link.url}&token=x`, 400, 'join_attempt_no_token'],
    [
      'of another class',
      (link: Link) => link.url.replace(/class\/\d+/, 'class/999999'),
      403,
      'join_attempt_mismatched_class',
    ],
    [
      'at an address that is no class',
      (link: Link) => link.url.replace(/class\/\d+/, 'class/1%27--'),
      403,
      'join_attempt_mismatched_class',
    ],
    ['unknown', (link: Link) => link.url.replace(link.token, UNKNOWN_TOKEN), 404, 'join_attempt_invalid_token'],
  ])('a link %s', async (_case, change, status, action) => {
    const refused = await refusedAs(change(await buildLink()));
    expect([refused.status, refused.actions]).toEqual([status, [action]]);
    expect(refused.text).toContain('support@example.test');
  });

  it('a cancelled class and one that is over say so on any device, and name the class', async () => {
    const { classDate, pass, url } = await buildLink({ state: 'cancelled' });
    await pass.update({ usedAt: new Date(), holderHash: 'b'.repeat(64) });
    expect(await refusedAs(url)).toMatchObject({ status: 410, heading: 'This class was cancelled' });
    await classDate.update({ state: 'settled', closedAt: new Date() });
    const over = await refusedAs(url);
    expect(over).toMatchObject({ status: 410, heading: 'This class is over', actions: ['join_attempt_expired'] });
    expect(over.text).toContain('Maths 7B');
  });

  it('unknown, spent, replaced and revoked links look the same and cost the same', async () => {
    const [used, revoked, former] = [await buildLink(), await buildLink(), await buildLink()];
    await used.pass.update({ usedAt: new Date(), holderHash: 'b'.repeat(64), takeovers: TAKEOVERS_MAX });
    await former.pass.update({ formerToken: former.pass.token, token: 'c'.repeat(64) });
    await revoked.pass.update({ revokedAt: new Date() });
    const seen = [];
    for (const url of [used.url, revoked.url, former.url, used.url.replace(used.token, UNKNOWN_TOKEN)]) {
      const query = jest.spyOn(site.deps.db, 'query');
      const askedAt = performance.now();
      const { status, text, headers } = await newBrowser().get(url);
      // How soon it is answered says nothing of what was found; `npm run faults` has the statistics.
      expect(performance.now() - askedAt).toBeGreaterThan(99);
      // The list of blocks is read every two seconds, whatever is asked for.
      const statements = query.mock.calls.filter(([sql]) => !JSON.stringify(sql).includes('blocked_ips')).length;
      // The class's number stands in the address that everybody has typed.
      seen.push({ status, text: text.replace(/class\/\d+/g, 'class/N'), statements, cookies: headers['set-cookie'] });
      query.mockRestore();
    }
    expect(seen[0]?.statements).toBeGreaterThan(0);
    expect(seen).toEqual([seen[0], seen[0], seen[0], seen[0]]);
  });

  it('a browser that held the pass is told that it was withdrawn', async () => {
    const { pass, url } = await buildLink();
    const browser = newBrowser();
    await visitAndPress(browser, url);
    await pass.update({ revokedAt: new Date() });
    const page = await browser.get(url);
    expect([page.status, load(page.text)('h1').text()]).toEqual([410, 'This link has been replaced']);
  });

  it('after too many bad links an address is told so and no longer audited, but a good pass still works', async () => {
    const { url, classDate } = await buildLink();
    const bad = `/join/class/${classDate.id}?token=${UNKNOWN_TOKEN}`;
    const statuses = [];
    for (let tries = 0; tries < 62; tries += 1) statuses.push((await newBrowser().get(bad)).status);
    expect([statuses[0], statuses[59], statuses[60], statuses[61]]).toEqual([404, 404, 429, 429]);
    const logs = await ZoomAuditLog.count();
    await newBrowser().get(bad);
    expect(await ZoomAuditLog.count()).toBe(logs);
    expect((await visitAndPress(newBrowser(), url)).headers['location']).toBe(OWN_LINK);
    await classDate.update({ state: 'cancelled' });
    expect((await newBrowser().get(url)).status).toBe(410);
  });
});

describe('the landing page', () => {
  it('asks for the link in the mail, and takes one that comes along to the class', async () => {
    const { classDate, token, url } = await buildLink();
    const bare = await newBrowser().get(`/join/class/${classDate.id}/page`);
    expect([bare.status, load(bare.text)('h1').text()]).toEqual([400, 'Please use the link in your mail']);
    const withToken = await newBrowser().get(`/join/class/${classDate.id}/page?token=${token}`);
    expect([withToken.status, withToken.headers['location']]).toEqual([302, url]);
  });
});

it('keeps tokens, holders and Zoom’s links out of the log', async () => {
  const { token, url } = await buildLink();
  const browser = newBrowser();
  const answer = await visitAndPress(browser, url);
  await browser.get(`${url}x`);
  await browser.put(url);
  const holder = /join=([^;]+)/.exec((await newBrowser().get(url)).headers['set-cookie'] ?? '')?.[1] ?? 'none';
  const log = site.logged.join('');
  expect(answer.status).toBe(303);
  expect(log).toContain('/join/class/');
  for (const secret of [token, 'tk=personal', 'pwd=plain', holder]) expect(log).not.toContain(secret);
});

function nonceOf(page: Response): string {
  return load(page.text)('input[name=nonce]').attr('value') ?? '';
}

function fail(what: string): never {
  throw new Error(`There should be ${what}.`);
}
