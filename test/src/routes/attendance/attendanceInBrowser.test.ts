import type { Browser } from 'playwright-core';
import { settleClass } from '../../../../src/commands/settleClass';
import { paths } from '../../../../src/routes/paths';
import { buildAttendedClass, type AttendedClass, type AttendedStay } from '../../../factories/attendedClasses';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAs, openAsAdmin } from '../../../support/signedInPage';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let attended: AttendedClass;

const STAYS: readonly AttendedStay[] = [
  ['teacher', -3, 58],
  ['student', 2, 20],
  ['student', 22, null],
  [{ name: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4), zoomUserId: 'zoom-1' }, 15, 45],
];

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE });
  browser = await launchChromium(website.port);
  attended = await buildAttendedClass(website.deps, STAYS);
  await settleClass(website.deps, { classDateId: attended.classDate.id, now: new Date(Date.now() + 24 * 60 * 60_000) });
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

it.each([true, false])(
  'an admin reads the bars, puts a name right and takes that back (scripts: %s)',
  async (scripts) => {
    const page = await openAsAdmin(browser, { next: paths.attendance(attended.classDate.id), scripts });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await looksRight(page, { scripts });
    }
    // What the bars show can be read out.
    await page
      .getByRole('img', { name: /: \d+:\d\d [AP]M to .*, \d+:\d\d/ })
      .first()
      .waitFor();
    await page.getByLabel('Name at Zoom').selectOption('zoom:zoom-1');
    await page.getByLabel('This was').selectOption({ label: 'Mum Muster' });
    await page.getByRole('button', { name: 'Say who it was' }).click();
    await page.getByRole('alert').waitFor();
    await looksRight(page, { scripts });
    await page.locator('#person-reason').fill('She told me');
    await page.getByRole('button', { name: 'Say who it was' }).click();
    await page.getByText('It is corrected.').waitFor();
    await looksRight(page, { scripts });
    await page
      .getByRole('button', { name: /^Take back/ })
      .first()
      .click();
    await page.getByText('The correction is taken back.').waitFor();
  },
);

it('its teacher reads it', async () => {
  const page = await openAs(browser, attended.teacher, { next: paths.teacher });
  await page.goto(`${SITE}${paths.myAttendance(attended.classDate.id)}`);
  await page.getByRole('heading', { name: /^Attendance/ }).waitFor();
  await looksRight(page);
});
