import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { sealAudits } from '../../src/commands/sealAudits';
import { THE_SYSTEM, writeAudit } from '../../src/commands/writeAudit';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { buildClassDate } from '../factories/classes';
import { buildUser } from '../factories/people';
import { passwordHash, PASSWORD } from '../support/browser';
import { launchChromium, looksRight as pageLooksRight, signIn } from '../support/pages';
import { startWebsite, type Website } from '../support/website';

const PICTURES = path.join(__dirname, '../../.dev/reports');
/** The machines that run this are noisy. */
const PATIENCE_MS = 120_000;

let website: Website;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  website = await startWebsite();
  const site = `http://127.0.0.1:${website.port}`;
  await website.restart({ appUrl: site });
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const classDate = await buildClassDate();
  const long = {
    userId: admin.id,
    ipAddress: '2001:db8:1111:2222:3333:4444:5555:6666',
    userAgent: 'Fire/fox'.repeat(31),
  };
  const entity = { type: 'class_date', id: classDate.id };
  const metadata = { fields: 'client_id,'.repeat(20), classDateId: classDate.id };
  for (let row = 0; row < 60; row += 1) {
    await writeAudit(
      website.deps,
      row % 2 ? long : THE_SYSTEM,
      { action: 'class_rescheduled', entity, metadata },
      null,
    );
  }
  await sealAudits(website.deps);
  browser = await launchChromium();
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  mkdirSync(PICTURES, { recursive: true });
  await signIn(page, site, { email: admin.email, password: PASSWORD });
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

/** A picture at every width, too, for whoever wants to look. */
function looksRight(name: string): Promise<void> {
  return pageLooksRight(page, {
    also: async (width) => {
      // A list cuts off what is too wide for it.
      const cutOff =
        '[...document.querySelectorAll(".rows > li")].filter((row) => row.scrollWidth > row.clientWidth).length';
      expect(await page.evaluate<number>(cutOff)).toBe(0);
      await page.screenshot({ path: path.join(PICTURES, `${name}-${width}.png`), fullPage: true });
    },
  });
}

it('an admin finds the log, filters it, pages, takes it along and has it checked', async () => {
  await page.click('nav a[href="/admin/zoom/audit-logs"]');
  await page.click('summary');
  await looksRight('auditLogs');
  await page.selectOption('#action', 'class_rescheduled');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('heading', { name: '60 rows' }).waitFor();
  await page.click('a[rel=next]');
  await page.getByText('Newest').waitFor();
  expect(await page.locator('.audits > li').count()).toBe(10);

  const downloading = page.waitForEvent('download');
  await page.click('text=Export these rows');
  const file = readFileSync(await (await downloading).path(), 'utf8');
  expect(file.trimEnd().split('\r\n')).toHaveLength(61);

  await page.fill('#ip', 'nonsense');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.locator('#ip-error').waitFor();
  await looksRight('auditLogsWrong');
  await page.click('text=Show the whole log');

  await page.click('text=Check the log');
  await page.getByText('The log is whole.').waitFor();
  await looksRight('auditLogsWhole');
  await ZoomAuditLog.update({ action: 'class_booked' }, { where: { action: 'class_rescheduled' } });
  await page.click('text=Check the log');
  await page.getByText('The log is broken.').waitFor();
  await looksRight('auditLogsBroken');
});
