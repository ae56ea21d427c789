import { source as axeSource } from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { requireTestEnvironment } from '../../../../src/config/testEnvironment';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { PASSWORD, passwordHash } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

/** A name for the website that the browser resolves to its port, so that forms come from the address it knows as its own. */
const APP_URL = 'http://classes.test';
const WIDTHS = [360, 1280];
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3);
const LONG_ADDRESS = `${'anna.maria.'.repeat(5)}x@${'sub.'.repeat(20)}example.test`;

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite({ APP_URL });
  browser = await chromium.launch({
    executablePath: requireTestEnvironment('chromium'),
    args: ['--no-sandbox', `--host-resolver-rules=MAP classes.test:80 127.0.0.1:${website.port}`],
  });
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

async function signedIn(context: BrowserContext): Promise<Page> {
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const page = await context.newPage();
  await page.goto(`${APP_URL}${paths.login}`);
  await page.fill('#email', admin.email);
  await page.fill('#password', PASSWORD);
  await page.click('main button');
  await page.getByRole('heading', { name: 'Classes' }).first().waitFor();
  return page;
}

/** Nothing that has to be scrolled sideways for at either width, and no accessibility problem where scripts may run. */
async function looksRight(page: Page, scripts: boolean): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (!scripts) continue;
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()');
    expect(violations.map(({ id }) => id)).toEqual([]);
  }
}

it.each([true, false])('an admin adds, corrects and removes a guest (scripts: %s)', async (scripts) => {
  const order = await buildOrder();
  await buildClassDate({ order });
  const page = await signedIn(await browser.newContext({ javaScriptEnabled: scripts }));
  const look = () => looksRight(page, scripts);
  await page.goto(`${APP_URL}${paths.order(order.id)}`);
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
