import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Config } from '../../src/config/loadConfig';
import type { User } from '../../src/models/User';
import { buildUser } from '../factories/people';
import { PASSWORD, passwordHash } from './browser';
import { launchChromium, looksRight, signIn } from './pages';
import type { Website } from './website';

const PICTURES = path.join(__dirname, '../../.dev/reports');
/** The machines that run this are noisy. */
const PATIENCE_MS = 120_000;

/** The website at its real address, in a browser that an admin has signed in with. */
export interface AdminPage {
  readonly admin: User;
  readonly page: Page;
  /** The address of the website. */
  readonly site: string;
  /**
   * As looksRight of pages.ts, with a picture of each width for whoever wants to look.
   *
   * @param also what else is to be looked at
   */
  looksRight(name: string, also?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** @param changed settings of the website, besides its address */
export async function openAdminPage(website: Website, changed: Partial<Config> = {}): Promise<AdminPage> {
  const site = `http://127.0.0.1:${website.port}`;
  await website.restart({ appUrl: site, ...changed });
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const browser = await launchChromium();
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(PICTURES, { recursive: true });
  await signIn(page, site, { email: admin.email, password: PASSWORD });
  return {
    ...{ admin, page, site },
    looksRight: (name, also) =>
      looksRight(page, {
        also: async (width) => {
          await also?.();
          await page.screenshot({ path: path.join(PICTURES, `${name}-${width}.png`), fullPage: true });
        },
      }),
    close: () => browser.close(),
  };
}
