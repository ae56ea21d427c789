import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildUser } from '../factories/people';
import { passwordHash, PASSWORD } from '../support/browser';
import { launchChromium, looksRight as pageLooksRight, signIn } from '../support/pages';
import { startWebsite, type Website } from '../support/website';

const PICTURES = path.join(__dirname, '../../.dev/reports');
/** The machines that run this are noisy. */
const PATIENCE_MS = 120_000;

let website: Website;
let browser: Browser;
let page: Page;
let site: string;

beforeAll(async () => {
  website = await startWebsite();
  site = `http://127.0.0.1:${website.port}`;
  await website.restart({ appUrl: site });
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  browser = await launchChromium();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(PICTURES, { recursive: true });
  await signIn(page, site, { email: admin.email, password: PASSWORD });
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

/** A picture at every width, too, for whoever wants to look. */
function looksRight(name: string): Promise<void> {
  return pageLooksRight(page, {
    also: async (width) => {
      await page.screenshot({ path: path.join(PICTURES, `${name}-${width}.png`), fullPage: true });
    },
  });
}

it('shows what is weak, and at a press how everything stands', async () => {
  await page.goto(`${site}/admin/setup`);
  await looksRight('setup');
  await page.getByRole('button', { name: 'Check everything' }).click();
  await page.getByRole('heading', { name: 'How it stands' }).waitFor();
  await looksRight('setupChecked');
});
