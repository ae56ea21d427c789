import { readFileSync } from 'node:fs';
import { sealAudits } from '../../src/commands/sealAudits';
import { THE_SYSTEM, writeAudit } from '../../src/commands/writeAudit';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { openAdminPage, type AdminPage } from '../support/adminPage';
import { buildClassDate } from '../factories/classes';
import { startWebsite, type Website } from '../support/website';

let website: Website;
let opened: AdminPage;

beforeAll(async () => {
  website = await startWebsite();
  opened = await openAdminPage(website);
  const classDate = await buildClassDate();
  const long = {
    userId: opened.admin.id,
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
});

afterAll(async () => {
  await opened.close();
  await website.close();
});

/** A list cuts off what is too wide for it. */
async function nothingIsCutOff(): Promise<void> {
  const cutOff =
    '[...document.querySelectorAll(".rows > li")].filter((row) => row.scrollWidth > row.clientWidth).length';
  expect(await opened.page.evaluate<number>(cutOff)).toBe(0);
}

const look = (name: string) => opened.looksRight(name, nothingIsCutOff);

it('an admin finds the log, filters it, pages, takes it along and has it checked', async () => {
  const { page } = opened;
  await page.click('nav a[href="/admin/zoom/audit-logs"]');
  await page.click('summary');
  await look('auditLogs');
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
  await look('auditLogsWrong');
  await page.click('text=Show the whole log');

  await page.click('text=Check the log');
  await page.getByText('The log is whole.').waitFor();
  await look('auditLogsWhole');
  await ZoomAuditLog.update({ action: 'class_booked' }, { where: { action: 'class_rescheduled' } });
  await page.click('text=Check the log');
  await page.getByText('The log is broken.').waitFor();
  await look('auditLogsBroken');
});
