import type { Browser } from 'playwright-core';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { startWebsite, type Website } from '../../../support/website';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAsAdmin } from '../../../support/signedInPage';

const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3);
const LONG_ADDRESS = `${'anna.maria.'.repeat(5)}x@${'sub.'.repeat(20)}example.test`;

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE });
  browser = await launchChromium(website.port);
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

it.each([true, false])('an admin adds, corrects and removes a guest (scripts: %s)', async (scripts) => {
  const order = await buildOrder();
  await buildClassDate({ order });
  const page = await openAsAdmin(browser, { scripts });
  await page.getByRole('heading', { name: 'Classes' }).first().waitFor();
  const look = () => looksRight(page, { scripts });
  await page.goto(`${SITE}${paths.order(order.id)}`);
  await look();
  await page.fill('#guests', 'nobody');
  await page.getByRole('button', { name: 'Add guests' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.inputValue('#guests')).toBe('nobody');
  await look();
  await page.fill('#guests', `${LONG_NAME} <${LONG_ADDRESS}>\nmom@example.test`);
  await page.getByRole('button', { name: 'Add guests' }).click();
  await page.getByText('2 guests added.').waitFor();
  await look();

  await page.getByRole('link', { name: 'Correct mom@example.test' }).click();
  await page.fill('#email', LONG_ADDRESS);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Another guest has this address').first().waitFor();
  expect(await page.inputValue('#email')).toBe(LONG_ADDRESS);
  await look();
  await page.fill('#email', 'mum@example.test');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The address is saved.').waitFor();

  await page.getByRole('link', { name: `Remove ${LONG_NAME}` }).click();
  await page.getByRole('heading', { name: `Remove ${LONG_NAME}?` }).waitFor();
  await page.getByText('Their link to each of these class dates').waitFor();
  await look();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText(`${LONG_NAME} is no guest any more`).waitFor();
  await look();
  expect(await page.getByRole('link', { name: /^Correct/ }).allInnerTexts()).toHaveLength(1);
});
