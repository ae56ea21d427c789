import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createApiKey } from '../../../../src/commands/createApiKey';
import { pushDueEvents } from '../../../../src/commands/pushDueEvents';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { ClassDate } from '../../../../src/models/ClassDate';
import { PushEndpoint } from '../../../../src/models/PushEndpoint';
import { paths } from '../../../../src/routes/paths';
import { buildOrder } from '../../../factories/classes';
import { buildSoldClass, publishOutcomes } from '../../../factories/pushes';
import { eventually } from '../../../support/eventually';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAsAdmin } from '../../../support/signedInPage';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE, PUSH_TO_LOOPBACK: 'true' });
  browser = await launchChromium(website.port);
  page = await openAsAdmin(browser);
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

it('an admin makes a key, reads it once, and withdraws it', async () => {
  await page.goto(SITE + paths.apiKeys);
  await page.fill('#name', 'The shop’s booking service');
  await page.check('text=orders:read');
  await page.click('text=Make the key');
  await page.waitForSelector('.secret');
  await looksRight(page);
  await page.click('button:has-text("Withdraw")');
  await page.waitForSelector('text=The key is withdrawn.');
  expect(await page.locator('.secret').count()).toBe(0);
});

it('an admin makes an endpoint for pushed events, and looks at what was pushed', async () => {
  const customer = { name: 'Shop', customer: 'shop', scopes: ['events:read'], callsAMinute: 10, days: null };
  await createApiKey(website.deps, customer, THE_SYSTEM);
  await page.goto(SITE + paths.pushEndpoints);
  await looksRight(page);
  await page.fill('#url', 'http://127.0.0.1:9/events');
  await page.fill('#customer', 'shop');
  await page.click('text=Make the endpoint');
  await page.waitForSelector('.secret');
  await looksRight(page);
  const { id: endpointId } = await PushEndpoint.findOne({ rejectOnEmpty: true });
  await publishOutcomes(website.deps, await buildSoldClass(), ['class.ready', 'class.live']);
  await pushDueEvents(website.deps, { endpointId, now: new Date(Date.now() + 1_000), heartbeat: () => undefined });
  await page.goto(SITE + paths.pushEndpoint(endpointId));
  await page.click('text=Send a test event');
  await page.waitForSelector('text=It was not taken: no connection came about.');
  expect(await page.locator('text=no connection came about').count()).toBeGreaterThan(1);
  await looksRight(page);
  await page.click('text=Switch it off');
  await page.waitForSelector('text=It is off: nothing is sent to it.');
  await looksRight(page);
});

it('an admin chooses a file, sees what is refused, and books the rest', async () => {
  const order = await buildOrder();
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'import-')), 'dates.csv');
  const rows = [`${order.id},a,2030-01-15T10:00,UTC,60`, `${order.id},b,never,Mars,0`];
  await writeFile(file, ['order,class_date,start,time_zone,minutes', ...rows].join('\r\n'));
  await page.goto(SITE + paths.orders);
  await page.click('text=Import class dates from a file');
  await page.setInputFiles('#file', file);
  await page.waitForFunction(`document.getElementById('csv').value.includes('minutes')`);
  await page.click('text=Look at it first');
  await page.waitForSelector('text=Refused rows');
  await looksRight(page);
  await page.click('text=Book 1, without those that are refused');
  await page.waitForSelector('text=1 booked now');
  await looksRight(page);
  expect(await ClassDate.count({ where: { orderId: order.id } })).toBe(1);
});

it('a button that is pressed twice books one class', async () => {
  const order = await buildOrder();
  await page.goto(SITE + paths.order(order.id));
  await page.fill('#date', '2030-01-15');
  await page.fill('#time', '10:00');
  const booked = () => ClassDate.count({ where: { orderId: order.id } });
  let answer = () => undefined as void;
  const held = new Promise<void>((resolve) => (answer = resolve));
  const hint = jest.spyOn(website.temporal, 'hintClassDate').mockReturnValueOnce(held);
  const button = page.getByRole('button', { name: 'Book' });
  await button.scrollIntoViewIfNeeded();
  const { x, y } = (await button.boundingBox()) ?? { x: 0, y: 0 };
  await page.mouse.click(x + 5, y + 5);
  await eventually('the first press is carried out', async () => (await booked()) === 1);
  await page.mouse.click(x + 5, y + 5);
  answer();
  await page.waitForSelector('text=The class is booked.');
  expect(await booked()).toBe(1);
  hint.mockRestore();
});

it('the page that explains the API is readable by anybody', async () => {
  const stranger = await browser.newPage();
  await stranger.goto(SITE + paths.apiDocs);
  await stranger.click('section:has(#putOrder) summary:has-text("Body")');
  expect(await stranger.locator('section:has(#putOrder) details[open]').innerText()).toContain('guests[].email');
  await looksRight(stranger);
  await stranger.close();
});
