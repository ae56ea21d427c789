import type { Browser } from 'playwright-core';
import { paths } from '../../../../src/routes/paths';
import { press, startJoinSite, UNKNOWN_TOKEN, type JoinSite } from '../../../support/joinSite';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAsAdmin } from '../../../support/signedInPage';

let site: JoinSite;
let browser: Browser;

beforeAll(async () => {
  site = await startJoinSite(SITE);
  browser = await launchChromium(site.port);
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

it.each([true, false])(
  'support finds a pass by its link, withdraws it and gives it back (scripts: %s)',
  async (scripts) => {
    const { url, token } = await site.buildLink();
    const student = site.newBrowser();
    await press(student, await student.get(url), { Origin: SITE });
    const page = await openAsAdmin(browser, { next: paths.passes, scripts });
    const look = () => looksRight(page, { scripts });
    const lookFor = async (wanted: string) => {
      await page.fill('#wanted', wanted);
      await page.getByRole('button', { name: 'Look' }).click();
    };
    await lookFor(`${SITE}${url.replace(token, UNKNOWN_TOKEN)}`);
    await page.getByRole('alert').waitFor();
    await look();
    await lookFor('Nobody of that name');
    await page.getByText('Nobody with a pass').waitFor();
    await lookFor('Sam');
    await page.getByRole('link', { name: 'Sam student' }).first().waitFor();
    await look();
    await lookFor(`${SITE}${url}`);
    await page.getByText('in use', { exact: true }).waitFor();
    await look();
    await page.getByRole('button', { name: 'Withdraw it' }).click();
    await page.getByText('withdrawn', { exact: true }).waitFor();
    await look();
    expect((await site.newBrowser().get(url)).status).toBe(404);
    await page.getByRole('button', { name: 'Give it back' }).click();
    await page.getByText('not used yet').waitFor();
    await look();
  },
);
