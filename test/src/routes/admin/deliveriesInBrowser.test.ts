import type { Browser } from 'playwright-core';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { paths } from '../../../../src/routes/paths';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { buildMail } from '../../../factories/mails';
import { startJoinSite, type JoinSite } from '../../../support/joinSite';
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

it.each([true, false])('support sees why a mail did not arrive, and sends it again (scripts: %s)', async (scripts) => {
  const { classDate } = await site.buildLink();
  const pass = await ZoomSecureToken.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  const lastError = 'the mail server refused it (550)';
  const mail = await buildMail(classDate, pass, { state: 'bounced', lastError, sentAt: null });
  await buildMail(classDate, pass, { kind: 'early_reminder', minutesBefore: 1440 });
  const page = await openAsAdmin(browser, { next: paths.deliveries, scripts });
  const look = () => looksRight(page, { scripts });
  await page.getByRole('heading', { name: 'Mails', exact: true }).waitFor();
  await look();
  await page.goto(`${SITE}${paths.classDate(classDate.id)}`);
  await page.getByRole('link', { name: 'Why, and sending them again' }).click();
  await page.getByText('Correct the address').waitFor();
  await look();
  await page.getByRole('button', { name: /^Send again Reminder/ }).click();
  await page.getByText('It is on its way once more.').waitFor();
  expect((await mail.reload()).state).toBe('queued');
  await page.getByRole('link', { name: /^Send once more Early reminder, 24 h before/ }).click();
  await page.getByRole('heading', { name: 'Send a mail once more' }).waitFor();
  await look();
  await page.getByRole('button', { name: 'Send it once more' }).click();
  await page.getByText('It is on its way once more.').waitFor();
  await look();
  // What did not arrive goes out in its own row, what did in one more; both are noted as sent by hand.
  const rows = await MailDelivery.findAll({ where: { classDateId: classDate.id }, order: ['kind', 'copy'] });
  expect(rows.map(({ kind, copy, state }) => [kind, copy, state])).toEqual([
    ['class_reminder', 1, 'queued'],
    ['early_reminder', 0, 'sent'],
    ['early_reminder', 1, 'queued'],
  ]);
});
