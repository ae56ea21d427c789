import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import type { Deps } from '../../src/deps';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import { ZoomSetting } from '../../src/models/ZoomSetting';
import { paths } from '../../src/routes/paths';
import { buildUser } from '../factories/people';
import { passwordHash, PASSWORD } from '../support/browser';
import { buildConnectedTeacher } from '../support/teachers';
import { launchChromium, looksRight as pageLooksRight, signIn } from '../support/pages';
import { startWebsite, type Website } from '../support/website';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const PICTURES = path.join(__dirname, '../../.dev/reports');
/** The machines that run this are noisy. */
const PATIENCE_MS = 120_000;

let zoom: ZoomSimulator;
let website: Website;
let deps: Deps;
let browser: Browser;
let page: Page;
let site: string;

beforeAll(async () => {
  website = await startWebsite();
  site = `http://127.0.0.1:${website.port}`;
  zoom = await startZoomSimulator({ seed: 8, app: { ...APP, redirectUris: [`${site}${paths.zoomCallback}`] } });
  const { config } = website.deps;
  const changed = { appUrl: site, zoom: { ...config.zoom, oauthUrl: zoom.url, apiUrl: `${zoom.url}/v2` } };
  deps = { ...website.deps, config: { ...config, ...changed } };
  await website.restart(changed);
  await saveFirstZoomSettings(deps);
  await ZoomSetting.update({ redirectUri: `${site}${paths.zoomCallback}` }, { where: {} });
  await buildConnectedTeacher(deps, zoom);
  browser = await launchChromium();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(PICTURES, { recursive: true });
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  await signIn(page, site, { email: admin.email, password: PASSWORD });
});

afterAll(async () => {
  await browser.close();
  await website.close();
  await zoom.close();
});

/** A picture at every width, too, for whoever wants to look. */
function looksRight(name: string): Promise<void> {
  return pageLooksRight(page, {
    also: async (width) => {
      await page.screenshot({ path: path.join(PICTURES, `${name}-${width}.png`), fullPage: true });
    },
  });
}

it('an admin finds the page, tests what is typed without losing it, and saves', async () => {
  await page.click('nav a[href="/admin/zoom/settings"]');
  await page.click('summary');
  await looksRight('zoomSettings');
  await page.fill('#clientSecret', 'a-wrong-secret');
  await page.click('#test');
  await page.getByText('does not know this client id and secret').waitFor();
  expect(await page.inputValue('#clientSecret')).toBe('a-wrong-secret');
  await page.fill('#clientSecret', APP.clientSecret);
  await page.click('#test');
  await page.locator('#result').getByText('Zoom knows this client id and secret.').waitFor();
  await looksRight('zoomSettingsTested');
  await page.fill('#baseUrl', 'https://evil.example/v2');
  await page.click('button:text-is("Save")');
  await page.locator('#baseUrl-error').waitFor();
  await looksRight('zoomSettingsWrong');
  await page.fill('#baseUrl', '');
  await page.fill('#webhookSecret', 'the-next-webhook-secret');
  await page.click('button:text-is("Save")');
  await page.getByText('The webhook secret is being changed').waitFor();
  await looksRight('zoomSettingsRotating');
});

it('is asked before another client id disconnects teachers', async () => {
  await page.goto(`${site}${paths.zoomSettings}`);
  await page.fill('#clientId', 'another-client');
  await page.click('button:text-is("Save")');
  await page.getByText('Teachers who must connect again').waitFor();
  await looksRight('zoomClientChange');
  await page.click('text=Change it and disconnect them');
  await page.getByText('Teachers who must connect again: 1.').waitFor();
});
