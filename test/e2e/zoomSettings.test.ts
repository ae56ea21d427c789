import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import { ZoomSetting } from '../../src/models/ZoomSetting';
import { paths } from '../../src/routes/paths';
import { openAdminPage, type AdminPage } from '../support/adminPage';
import { buildConnectedTeacher } from '../support/teachers';
import { startWebsite, type Website } from '../support/website';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };

let zoom: ZoomSimulator;
let website: Website;
let opened: AdminPage;

beforeAll(async () => {
  website = await startWebsite();
  const redirectUri = `http://127.0.0.1:${website.port}${paths.zoomCallback}`;
  zoom = await startZoomSimulator({ seed: 8, app: { ...APP, redirectUris: [redirectUri] } });
  const { config } = website.deps;
  const changed = { zoom: { ...config.zoom, oauthUrl: zoom.url, apiUrl: `${zoom.url}/v2` } };
  opened = await openAdminPage(website, changed);
  const deps = { ...website.deps, config: { ...config, ...changed, appUrl: opened.site } };
  await saveFirstZoomSettings(deps);
  await ZoomSetting.update({ redirectUri }, { where: {} });
  await buildConnectedTeacher(deps, zoom);
});

afterAll(async () => {
  await opened.close();
  await website.close();
  await zoom.close();
});

it('an admin finds the page, tests what is typed without losing it, and saves', async () => {
  const { page, looksRight } = opened;
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
  const { page, site, looksRight } = opened;
  await page.goto(`${site}${paths.zoomSettings}`);
  await page.fill('#clientId', 'another-client');
  await page.click('button:text-is("Save")');
  await page.getByText('Teachers who must connect again').waitFor();
  await looksRight('zoomClientChange');
  await page.click('text=Change it and disconnect them');
  await page.getByText('Teachers who must connect again: 1.').waitFor();
});
