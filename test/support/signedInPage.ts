import type { Browser, Page } from 'playwright-core';
import type { User } from '../../src/models/User';
import { buildUser } from '../factories/people';
import { PASSWORD, passwordHash } from './browser';
import { signIn, SITE } from './pages';

interface Opening {
  /** where to go after signing in */
  readonly next?: string;
  readonly scripts?: boolean;
}

/** A page that somebody has signed in with; it shares no cookie with another one. */
export async function openAs(browser: Browser, user: User, { next, scripts = true }: Opening = {}): Promise<Page> {
  await user.update({ passwordHash: await passwordHash() });
  const page = await (await browser.newContext({ javaScriptEnabled: scripts })).newPage();
  await signIn(page, SITE, { email: user.email, password: PASSWORD }, next);
  return page;
}

/** The same for an admin, who is new. */
export async function openAsAdmin(browser: Browser, opening: Opening = {}): Promise<Page> {
  return openAs(browser, await buildUser('admin'), opening);
}
