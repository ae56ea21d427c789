import type { Browser, Page } from 'playwright-core';
import { relayWebhooks } from '../../../../src/commands/relayWebhooks';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { WebhookEvent } from '../../../../src/models/WebhookEvent';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { buildWebhookEvent, startedEvent, unreadableEvent } from '../../../factories/webhookEvents';
import { PASSWORD, passwordHash } from '../../../support/browser';
import { launchChromium, looksRight, signIn, SITE } from '../../../support/pages';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE, NODE_ENV: 'development' });
  await saveFirstZoomSettings(website.deps);
  browser = await launchChromium(website.port);
  page = await (await browser.newContext({ javaScriptEnabled: true })).newPage();
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

it('an admin sees what came, reads a parked event again, and all of a span, and is told what is wrong', async () => {
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const order = await buildOrder({ title: 'Mathematics for those who have never liked it, part 7B' });
  const meeting = await buildMeeting(website.deps.encryption, await buildClassDate({ order, state: 'ready' }));
  for (let time = 0; time < 3; time += 1) await buildWebhookEvent(startedEvent(meeting.meetingId));
  await buildWebhookEvent(unreadableEvent(meeting.meetingId));
  await relayWebhooks(website.deps);
  await signIn(page, SITE, { email: admin.email, password: PASSWORD });
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await page.getByRole('heading', { name: 'Parked: 1' }).waitFor();
  await looksRight(page);

  await page.getByRole('link', { name: 'Read again' }).click();
  await page.getByText('Nothing has happened yet.').waitFor();
  await looksRight(page);
  await page.getByRole('button', { name: 'Read it again' }).click();
  await page.getByText('One event is read again now.').waitFor();
  expect(await WebhookEvent.count({ where: { state: 'received' } })).toBe(1);

  await page.getByRole('button', { name: 'See how many of that time…' }).click();
  await page.getByRole('alert').waitFor();
  await looksRight(page);
  await page.fill('#from', '2020-01-01T00:00');
  await page.fill('#to', '2090-01-01T00:00');
  await page.getByRole('button', { name: 'See how many of that time…' }).click();
  await page.getByText('3 stored events.').waitFor();
  await page.getByRole('button', { name: 'Read them again' }).click();
  await page.getByText('3 events are read again now.').waitFor();
  await looksRight(page);
});
