import type { Browser, Page } from 'playwright-core';
import { BlockedIp } from '../../../../src/models/BlockedIp';
import { paths } from '../../../../src/routes/paths';
import { buildAudit } from '../../../factories/audits';
import { buildBlock } from '../../../factories/blocks';
import { buildUser } from '../../../factories/people';
import { PASSWORD, passwordHash } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';
import { launchChromium, looksRight, signIn, SITE } from '../../../support/pages';

const LONG_ADDRESS = '2001:db8:1234:5678:9abc:def0:1234:5678';
const ITS_NETWORK = '2001:db8:1234:5678::/64';

let website: Website;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE });
  browser = await launchChromium(website.port);
  page = await (await browser.newContext()).newPage();
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

it('an admin finds who is refused most, sees what a block would cost, blocks, lifts, and is blocked at the door', async () => {
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const refused = { ipAddress: LONG_ADDRESS, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' };
  for (let tries = 0; tries < 51; tries += 1) await buildAudit('join_attempt_unauthorized', refused);
  await buildAudit('sign_in_refused', { ipAddress: '192.0.2.7', userAgent: 'x'.repeat(255) });
  await buildAudit('join_attempt_success', { ipAddress: LONG_ADDRESS, entityId: 1 });
  await signIn(page, SITE, { email: admin.email, password: PASSWORD });
  await page.getByRole('link', { name: 'Security' }).click();
  await page.getByText('51 refusals').waitFor();
  await looksRight(page);
  await page.goto(`${SITE}${paths.securityLogs}?address=nowhere&span=1y`);
  await page.getByRole('alert').waitFor();
  await looksRight(page);

  await page.getByRole('link', { name: `Block ${ITS_NETWORK}` }).click();
  await page.getByRole('button', { name: 'See what it would cost' }).click();
  await page.getByText('Say why, for whoever looks at it later.').first().waitFor();
  await looksRight(page);
  await page.fill('#reason', 'y'.repeat(255));
  await page.getByRole('button', { name: 'See what it would cost' }).click();
  await page.getByText('people came in from there 1 time, with 1 pass.').waitFor();
  await looksRight(page);
  await page.getByRole('button', { name: 'Block it' }).click();
  await page.getByText(`${ITS_NETWORK} is blocked`).waitFor();
  await looksRight(page);
  await page.getByRole('button', { name: `Lift ${ITS_NETWORK}` }).click();
  await page.getByText(`${ITS_NETWORK} is let in again`).waitFor();
  expect(await BlockedIp.count({ where: BlockedIp.inForce(new Date()) })).toBe(0);

  await buildBlock('127.0.0.1');
  await website.restart();
  await page.goto(`${SITE}${paths.joinPage(1)}`);
  await page.getByRole('heading', { name: 'Your network is blocked here' }).waitFor();
  await looksRight(page);
});
