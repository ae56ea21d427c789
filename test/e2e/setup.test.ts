import { paths } from '../../src/routes/paths';
import { openAdminPage, type AdminPage } from '../support/adminPage';
import { startWebsite, type Website } from '../support/website';

let website: Website;
let opened: AdminPage;

beforeAll(async () => {
  website = await startWebsite();
  opened = await openAdminPage(website);
});

afterAll(async () => {
  await opened.close();
  await website.close();
});

it('shows what is weak, and at a press how everything stands', async () => {
  const { page, site, looksRight } = opened;
  await page.goto(`${site}${paths.setup}`);
  await looksRight('setup');
  await page.getByRole('button', { name: 'Check everything' }).click();
  await page.getByRole('heading', { name: 'How it stands' }).waitFor();
  await looksRight('setupChecked');
});
