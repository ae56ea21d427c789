import { source as axeSource } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import { paths } from '../../src/routes/paths';

/** A name for the website that the browser resolves to its port, so that forms come from the address it knows as its own. */
export const SITE = 'http://classes.test';
const WIDTHS = [360, 1280];

/** @param port where SITE is to be found; without one, only real addresses are */
export function launchChromium(port?: number): Promise<Browser> {
  const args = port === undefined ? [] : [`--host-resolver-rules=MAP classes.test:80 127.0.0.1:${port}`];
  return chromium.launch({ executablePath: requireTestEnvironment('chromium'), args: ['--no-sandbox', ...args] });
}

/** @param next where to go after that */
export async function signIn(
  page: Page,
  site: string,
  { email, password }: { email: string; password: string },
  next = '',
): Promise<void> {
  await page.goto(`${site}${paths.login}${next === '' ? '' : `?next=${next}`}`);
  await page.fill('#email', email);
  await page.fill('#password', password);
  await page.click('main button');
}

interface Looking {
  /** Off where the page runs no script, which axe is. */
  readonly scripts?: boolean;
  /** What else is to be looked at, at each width. */
  readonly also?: (width: number) => Promise<void>;
}

/**
 * At every width: nothing that axe objects to, and nothing that has to be scrolled sideways for. A heading can be found before the style sheet
 * is there, so the page is let load first.
 */
export async function looksRight(page: Page, { scripts = true, also }: Looking = {}): Promise<void> {
  await page.waitForLoadState();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    if (scripts) expect([width, await problemsOf(page)]).toEqual([width, []]);
    await also?.(width);
  }
}

async function problemsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<{ violations: { id: string }[] }>('axe.run()');
  return violations.map(({ id }) => id);
}
