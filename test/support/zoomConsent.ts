import type { Response } from 'supertest';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import type { Deps } from '../../src/deps';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { paths } from '../../src/routes/paths';
import { parse, type Browser } from './browser';
import { UNLIMITED_A_SECOND } from './unlimitedZoom';
import { APP_URL, startWebsite, type Website } from './website';

export const ADA = 'ada.lovelace@teachers.example';
export const BASIL = 'basil.basic@teachers.example';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };

/** The website with a Zoom of its own. */
export interface ConsentSite {
  readonly website: Website;
  readonly deps: Deps;
  readonly zoom: ZoomSimulator;
  close(): Promise<void>;
}

/**
 * @param appUrl where a real browser finds it; tests without one need none
 * @param settings others of the website's
 */
export async function startConsentSite(
  appUrl = APP_URL,
  settings: Readonly<Record<string, string>> = {},
): Promise<ConsentSite> {
  const redirectUris = [`${appUrl}${paths.zoomCallback}`];
  const zoom = await startZoomSimulator({ seed: 3, behaviour: UNLIMITED_A_SECOND, app: { ...APP, redirectUris } });
  const ofZoom = { ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` };
  const website = await startWebsite({ APP_URL: appUrl, ...ofZoom, ...settings });
  await saveFirstZoomSettings(website.deps);
  return {
    website,
    deps: website.deps,
    zoom,
    close: async () => {
      await website.close();
      await zoom.close();
    },
  };
}

/** Presses "Connect Zoom". @returns Zoom's consent page with everything in its address */
export async function beginConsent(browser: Browser): Promise<URL> {
  const answer = await browser.get(paths.zoomConnect);
  expect(answer.status).toBe(302);
  return new URL(answer.headers['location'] ?? '');
}

/** Says yes at Zoom. @returns the callback's path with code and state */
export async function allow(consent: URL, email = ADA, scopes?: readonly string[]): Promise<string> {
  const form = new URLSearchParams(consent.search);
  form.set('email', email);
  for (const scope of scopes ?? (await scopesOf(consent))) form.append('scope', scope);
  return decide(consent, 'allow', form);
}

/** Says no at Zoom. */
export function deny(consent: URL): Promise<string> {
  return decide(consent, 'deny', new URLSearchParams(consent.search));
}

async function decide(consent: URL, decision: string, form: URLSearchParams): Promise<string> {
  form.set('decision', decision);
  const answer = await fetch(`${consent.origin}/oauth/authorize`, { method: 'POST', body: form, redirect: 'manual' });
  return pathOf(answer.headers.get('location'));
}

export function pathOf(location: string | null): string {
  const target = new URL(location ?? '');
  return `${target.pathname}${target.search}`;
}

/** Everything the consent page offers to allow. */
export async function scopesOf(consent: URL): Promise<string[]> {
  const page = await (await fetch(consent)).text();
  return [...page.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope = '']) => scope);
}

/** Comes back from Zoom. @returns what the status page then says */
export async function comeBack(browser: Browser, callback: string): Promise<string> {
  return whatThePageSays(browser, await browser.get(callback));
}

/** Follows an answer to the Zoom page. */
export async function whatThePageSays(browser: Browser, answer: Response): Promise<string> {
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.zoom]);
  return parse(await browser.get(paths.zoom))('main').text();
}

export async function connect(browser: Browser, email = ADA): Promise<string> {
  return comeBack(browser, await allow(await beginConsent(browser), email));
}

export function connectionOf(userId: number): Promise<ZoomConnection | null> {
  return ZoomConnection.findOne({ where: { userId } });
}
