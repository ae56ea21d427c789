import { load } from 'cheerio';
import type { Response } from 'supertest';
import { cleanUp } from '../../../../src/commands/cleanUp';
import { sendLink } from '../../../../src/commands/sendLink';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { addMinutes } from '../../../../src/domain/clock';
import { TAKEOVERS_MAX } from '../../../../src/domain/joinRefusals';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import type { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { joinToken, personKey } from '../../../../src/security/joinPass';
import {
  JOIN_APP_URL,
  OWN_LINK,
  press,
  startJoinSite,
  UNKNOWN_TOKEN,
  visitAndPress,
  type JoinBrowser,
  type JoinSite,
  type Link,
} from '../../../support/joinSite';

let site: JoinSite;

beforeAll(async () => {
  site = await startJoinSite();
});

afterAll(() => site.close());

beforeEach(() => site.restart());

const words = (page: Response) => load(page.text)('main').text();
const button = (page: Response) => load(page.text)('button').text();
const isIn = (answer: Response) => answer.headers['location'] === OWN_LINK;

/** As many browsers as it takes until the link has no takeover left; the last one is inside. */
async function spend({ url }: Pick<Link, 'url'>): Promise<JoinBrowser[]> {
  const browsers = Array.from({ length: TAKEOVERS_MAX + 1 }, () => site.newBrowser());
  for (const browser of browsers) expect(isIn(await visitAndPress(browser, url))).toBe(true);
  return browsers;
}

/** The link that the newest mail leads to. */
function newestUrl({ classDate, pass }: Link): string {
  const { keyId, epoch } = pass;
  const person = personKey(pass);
  const token = joinToken(site.deps.signingKeys, { keyId, epoch, classKey: classDate.randomKey, person });
  return `/join/class/${classDate.id}?token=${token}`;
}

const linkMails = (pass: ZoomSecureToken) => MailDelivery.findAll({ where: { passId: pass.id, kind: 'new_link' } });

describe('another browser', () => {
  it('comes in as the first one where it is known no longer who had used the link, and the class takes place after all', async () => {
    const { url, classDate, pass } = await site.buildLink();
    await spend({ url });
    const startsAt = addMinutes(new Date(), -8 * 24 * 60);
    await classDate.update({ state: 'settled', closedAt: startsAt, startsAt });
    await cleanUp(site.deps);
    await classDate.update({ state: 'ready', closedAt: null, startsAt: addMinutes(new Date(), 10) });
    const { linkMeetingId } = await pass.reload();
    expect([pass.holderHash, linkMeetingId]).toEqual([null, null]);
    expect((await visitAndPress(site.newBrowser(), url)).headers['location']).toContain('https://us05web.zoom.us/');
    expect((await pass.reload()).holderHash).not.toBeNull();
  });

  it('is offered to go on there, and the former one is told and can come back', async () => {
    const { url } = await site.buildLink();
    const [phone, laptop] = [site.newBrowser(), site.newBrowser()];
    await visitAndPress(phone, url);
    const offer = await laptop.get(url);
    expect([offer.status, button(offer)]).toEqual([200, 'Continue here instead']);
    expect(words(offer)).toContain('Your link has been used in another browser');
    expect(isIn(await press(laptop, offer))).toBe(true);

    const told = await phone.get(url);
    expect(words(told)).toContain('You went on in another browser at');
    expect(button(await laptop.get(url))).toBe('Join Live Class Now');
    expect(isIn(await press(phone, told))).toBe(true);
  });

  it('that has not been told so takes nothing over', async () => {
    const { pass, url } = await site.buildLink();
    const [early, late] = [site.newBrowser(), site.newBrowser()];
    const page = await early.get(url);
    await visitAndPress(late, url);
    const { holderHash } = await pass.reload();
    const answer = await press(early, page);
    expect([answer.status, answer.headers['location']]).toEqual([303, url]);
    expect((await pass.reload()).holderHash).toBe(holderHash);
  });

  it('a scanner that presses the button costs the owner one more press', async () => {
    const { url } = await site.buildLink();
    const [scanner, mailApp, browser, laptop] = Array.from({ length: 4 }, () => site.newBrowser());
    if (!scanner || !mailApp || !browser || !laptop) throw new Error('Four browsers were made.');
    for (const device of [scanner, mailApp, browser, laptop]) {
      expect(isIn(await visitAndPress(device, url))).toBe(true);
    }
    // The phone again: the count is used up, and a new link comes by mail.
    const spent = await mailApp.get(url);
    expect([spent.status, load(spent.text)('h1').text()]).toEqual([403, 'You have gone on elsewhere']);
    expect(button(spent)).toBe('Send me my link');
    const stranger = await site.newBrowser().get(url);
    expect([stranger.status, load(stranger.text)('h1').text()]).toEqual([404, 'This link does not work here']);
    expect(isIn(await visitAndPress(laptop, url))).toBe(true);
  });
});

describe('a link by mail', () => {
  const ask = (classDateId: number, email: string, headers: Record<string, string> = { Origin: JOIN_APP_URL }) =>
    site.newBrowser().post(`/join/class/${classDateId}/new-link`).set(headers).type('form').send({ email });

  it('is the same while it works, so that nobody’s is taken away, and hints the class', async () => {
    const { classDate, pass } = await site.buildLink();
    const { token } = pass;
    await ask(classDate.id, pass.email.toUpperCase()).expect(200);
    expect((await pass.reload()).token).toBe(token);
    expect(await linkMails(pass)).toHaveLength(1);
    expect(site.temporal.hints).toContain(`${classDate.id}: link asked for`);
  });

  it('is a new one when the old is spent; whoever is inside stays until it is used', async () => {
    const link = await site.buildLink();
    const browsers = await spend(link);
    const last = browsers.at(-1) ?? site.newBrowser();
    await ask(link.classDate.id, link.pass.email).expect(200);
    await link.pass.reload();
    const fresh = newestUrl(link);
    expect(fresh).not.toBe(link.url);
    expect(isIn(await visitAndPress(last, link.url))).toBe(true);
    const stranger = await site.newBrowser().get(link.url);
    expect(load(stranger.text)('h1').text()).toBe('This link does not work here');

    expect(isIn(await visitAndPress(site.newBrowser(), fresh))).toBe(true);
    const cut = await last.get(link.url);
    expect([cut.status, load(cut.text)('h1').text()]).toEqual([410, 'This link has been replaced']);
    expect(words(await last.get(fresh))).toContain('You went on in another browser');
    expect(await link.pass.reload()).toMatchObject({ takeovers: 0, epoch: 2 });
  });

  it('that an operator orders is new at once', async () => {
    const link = await site.buildLink();
    await sendLink(site.deps, { passId: link.pass.id, anew: true }, THE_SYSTEM);
    await link.pass.reload();
    expect((await site.newBrowser().get(link.url)).status).toBe(404);
    expect(isIn(await visitAndPress(site.newBrowser(), newestUrl(link)))).toBe(true);
    expect((await site.audited()).filter((action) => action === 'link_sent')).not.toHaveLength(0);
  });

  it('is asked for with the same answer whoever asks, and sent only to whom it belongs', async () => {
    const { classDate, pass } = await site.buildLink();
    const mails = () => MailDelivery.count({ where: { kind: 'new_link' } });
    const before = await mails();
    const known = await ask(classDate.id, pass.email);
    for (const email of ['nobody@example.test', '', 'not an address', 'x'.repeat(5_000), '\u0000', "' OR 1=1 --"]) {
      const other = await ask(classDate.id, email);
      expect([other.status, other.text]).toEqual([known.status, known.text]);
    }
    expect((await ask(999_999, pass.email)).text).toBe(known.text);
    expect(await mails()).toBe(before + 1);
  });

  it('is sent three times an hour at most, and never for a revoked pass or a class that is over', async () => {
    const { classDate, pass } = await site.buildLink();
    for (let time = 0; time < 6; time += 1) await ask(classDate.id, pass.email).expect(200);
    expect(await linkMails(pass)).toHaveLength(3);
    const [revoked, over] = [await site.buildLink(), await site.buildLink({ state: 'settled', closedAt: new Date() })];
    await revoked.pass.update({ revokedAt: new Date() });
    for (const link of [revoked, over]) {
      await ask(link.classDate.id, link.pass.email).expect(200);
      expect(await linkMails(link.pass)).toEqual([]);
    }
  });

  it('is not sent at another site’s word', async () => {
    const { classDate, pass } = await site.buildLink();
    await ask(classDate.id, pass.email, { Origin: 'https://evil.example' }).expect(403);
    expect(await linkMails(pass)).toEqual([]);
  });

  it('is offered where a link does not work', async () => {
    const { classDate } = await site.buildLink();
    for (const query of ['', `?token=${UNKNOWN_TOKEN}`]) {
      const page = await site.newBrowser().get(`/join/class/${classDate.id}${query}`);
      expect(load(page.text)('form').attr('action')).toBe(`/join/class/${classDate.id}/new-link`);
    }
  });
});
