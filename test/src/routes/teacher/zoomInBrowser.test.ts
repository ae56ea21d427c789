import type { Browser, Page } from 'playwright-core';
import { addMinutes } from '../../../../src/domain/clock';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { PASSWORD, passwordHash } from '../../../support/browser';
import { ADA, BASIL, connectionOf, startConsentSite, type ConsentSite } from '../../../support/zoomConsent';
import { launchChromium, looksRight, signIn, SITE } from '../../../support/pages';

let site: ConsentSite;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  site = await startConsentSite(SITE);
  browser = await launchChromium(site.website.port);
  page = await (await browser.newContext()).newPage();
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

it('a teacher refuses, connects, renews, loses the app at Zoom, connects again and disconnects', async () => {
  const teacher = await buildUser('teacher', { passwordHash: await passwordHash() });
  const order = await buildOrder({ teacherId: teacher.id, title: 'Fractions' });
  await buildClassDate({ order, startsAt: addMinutes(new Date(), 24 * 60) });
  await signIn(page, SITE, { email: teacher.email, password: PASSWORD }, paths.zoom);
  await page.getByText('Zoom is not connected.').waitFor();
  await looksRight(page);

  await page.click('main a:text("Connect Zoom")');
  await page.click('button:text("Deny")');
  await page.getByText('You did not allow it at Zoom').waitFor();

  await page.click('main a:text("Connect Zoom")');
  await page.click('summary');
  await page.uncheck('input[value="meeting:write:invite_links"]');
  await page.click('button:text("Allow")');
  await page.getByText('Make links for guests (meeting:write:invite_links)').waitFor();
  await looksRight(page);

  await page.click('main a:text("Connect Zoom")');
  await page.check(`input[value="${BASIL}"]`);
  await page.click('button:text("Allow")');
  await page.getByText('With a Basic licence Zoom ends its meetings after 40 minutes').waitFor();
  await looksRight(page);
  await page.click('button:text("Renew now")');
  await page.getByText('The connection is renewed and works.').waitFor();

  site.zoom.control.revoke(BASIL);
  await page.click('button:text("Renew now")');
  await page.getByText('no longer accepts our connection').first().waitFor();
  await looksRight(page);

  await page.click('main a:text("Connect Zoom")');
  await page.check(`input[value="${ADA}"]`);
  await page.click('button:text("Allow")');
  await page.getByText(`Zoom is connected as ${ADA}`).waitFor();
  await page.click('main a:text("Disconnect…")');
  await page.getByRole('heading', { name: 'Disconnect Zoom?' }).waitFor();
  await page.getByRole('link', { name: 'Fractions' }).waitFor();
  await looksRight(page);
  await page.click('main button:text("Disconnect Zoom")');
  await page.getByText('Zoom is disconnected.').waitFor();
  expect(await connectionOf(teacher.id)).toMatchObject({ state: 'disconnected', zoomEmail: null });
});
