import type { Browser, BrowserContext, Page } from 'playwright-core';
import { addMinutes } from '../../../../src/domain/clock';
import { TAKEOVERS_MAX } from '../../../../src/domain/joinRefusals';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { buildMeeting } from '../../../factories/meetings';
import { OWN_LINK, startJoinSite, UNKNOWN_TOKEN, type JoinSite, type Link } from '../../../support/joinSite';
import { launchChromium, looksRight as pageLooksRight, SITE } from '../../../support/pages';

let site: JoinSite;
let browser: Browser;

beforeAll(async () => {
  site = await startJoinSite(SITE);
  browser = await launchChromium(site.port);
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

/** A device of its own. */
const newDevice = (options: Parameters<Browser['newContext']>[0] = {}) => browser.newContext(options);

async function open({ url }: Link, device?: BrowserContext): Promise<Page> {
  const page = await (device ?? (await newDevice())).newPage();
  await page.goto(`${SITE}${url}`);
  return page;
}

/** By that deed the browser is sent on to the person's own way into the meeting (test/e2e follows it to the far end). */
async function goesIn(page: Page, deed: () => Promise<void>): Promise<void> {
  const [request] = await Promise.all([page.waitForRequest(OWN_LINK), deed()]);
  // Zoom learns nothing of where they come from, least of all the token.
  expect((await request.allHeaders())['referer']).toBeUndefined();
}

const presses = (page: Page, name: string) => goesIn(page, () => page.getByRole('button', { name }).click());

/** At either width, light and dark. */
async function looksRight(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await pageLooksRight(page);
  }
}

const heading = (page: Page, text: string) => page.getByRole('heading', { name: text }).waitFor();

describe('the page of a class', () => {
  it('follows the class from its booking to its end without a reload, and is fit for everybody in each state', async () => {
    const link = await site.buildLink({ state: 'scheduled', startsAt: addMinutes(new Date(), 32) }, false);
    const { classDate } = link;
    const page = await open(link);
    await page.evaluate('globalThis.neverReloaded = true');
    await heading(page, 'Not open yet');
    await page.getByText(/^Starts in 3\d minutes\.$/).waitFor();
    await looksRight(page);

    await classDate.update({ startsAt: addMinutes(new Date(), 20), state: 'preparing' });
    await heading(page, 'The room is being made');
    await looksRight(page);

    await buildMeeting(site.deps.encryption, classDate);
    await classDate.update({ state: 'ready' });
    await heading(page, 'Waiting for your teacher');
    await looksRight(page);

    await classDate.update({ state: 'live' });
    await heading(page, 'Live now');
    expect(await page.getByRole('status').textContent()).toBe('Live now');
    await looksRight(page);

    // Tried beforehand, it is still to begin.
    await classDate.update({ state: 'ended', endedAt: new Date() });
    await heading(page, 'Waiting for your teacher');
    await classDate.update({ startsAt: addMinutes(new Date(), -1) });
    await heading(page, 'The meeting has ended');
    await classDate.update({ closedAt: new Date() });
    await heading(page, 'This class is over');
    await looksRight(page);
    expect(await page.evaluate('globalThis.neverReloaded')).toBe(true);
  });

  it('goes on by asking where events do not come through', async () => {
    const link = await site.buildLink({ state: 'preparing' }, false);
    const device = await newDevice();
    await device.route('**/events?*', (route) => route.fulfill({ status: 502 }));
    const page = await open(link, device);
    await buildMeeting(site.deps.encryption, link.classDate);
    await link.classDate.update({ state: 'ready' });
    await heading(page, 'Waiting for your teacher');
  });

  it('says the time where the reader is, when we know no zone of theirs', async () => {
    const startsAt = new Date('2030-07-01T16:00:00Z');
    const link = await site.buildLink({ state: 'scheduled', startsAt, timeZone: 'Europe/Berlin' });
    await site.deps.db.query('UPDATE users SET time_zone = NULL WHERE id = ?', { replacements: [link.pass.userId] });
    const page = await open(link, await newDevice({ timezoneId: 'Asia/Tokyo' }));
    await page.getByText(/^Jul 2, 2030, 1:00\sAM \(Asia\/Tokyo\)$/).waitFor();
    const athome = await open(link, await newDevice({ timezoneId: 'Europe/Berlin' }));
    await athome.getByText('Not open yet').waitFor();
    expect(await athome.getByText('Time where you are').isVisible()).toBe(false);
  });

  it('works without script: refreshes itself, lets in, goes on elsewhere, and mails a link', async () => {
    const link = await site.buildLink();
    const plain = { javaScriptEnabled: false };
    const first = await open(link, await newDevice(plain));
    expect(await first.content()).toContain('http-equiv="refresh"');
    await presses(first, 'Join Live Class Now');
    const second = await open(link, await newDevice(plain));
    await presses(second, 'Continue here instead');

    const lost = await open({ ...link, url: link.url.replace(link.token, UNKNOWN_TOKEN) }, await newDevice(plain));
    await lost.getByRole('textbox').fill(link.pass.email);
    await lost.getByRole('button', { name: 'Send me my link' }).click();
    await heading(lost, 'Look into your mail');
    expect(await MailDelivery.count({ where: { passId: link.pass.id, kind: 'new_link' } })).toBe(1);
  });
});

describe('a link on several devices', () => {
  it('is used by keyboard alone; the former device sees it without a reload, and gets back in', async () => {
    const link = await site.buildLink();
    const [phone, laptop] = [await newDevice(), await newDevice()];
    const onPhone = await open(link, phone);
    await onPhone.getByRole('button', { name: 'Join Live Class Now' }).waitFor();
    await onPhone.keyboard.press('Tab');
    await goesIn(onPhone, () => onPhone.keyboard.press('Enter'));

    const stillOpen = await open(link, phone);
    const onLaptop = await open(link, laptop);
    await onLaptop.getByRole('button', { name: 'Continue here instead' }).waitFor();
    await looksRight(onLaptop);
    await presses(onLaptop, 'Continue here instead');
    await stillOpen.getByText('You went on in another browser at').waitFor();
    await looksRight(stillOpen);
    await presses(stillOpen, 'Continue here instead');
  });

  it('that is spent, unknown or for another class has a page that helps', async () => {
    const link = await site.buildLink();
    await link.pass.update({ usedAt: new Date(), holderHash: 'b'.repeat(64), takeovers: TAKEOVERS_MAX });
    for (const url of [link.url, link.url.replace(/class\/\d+/, 'class/1'), link.url.replace(/\?.*/, '')]) {
      const page = await open({ ...link, url });
      await page.getByRole('heading', { level: 1 }).waitFor();
      await looksRight(page);
    }
  });

  it('is not used up by a browser that only looks for ten seconds, with script and all', async () => {
    const link = await site.buildLink();
    const before = (await link.pass.reload()).toJSON();
    const scanner = await open(link, await newDevice({ userAgent: 'Mozilla/5.0 SafeLinks' }));
    await scanner.waitForTimeout(10_000);
    expect((await link.pass.reload()).toJSON()).toEqual(before);
    const page = await open(link);
    await presses(page, 'Join Live Class Now');
  });
});
