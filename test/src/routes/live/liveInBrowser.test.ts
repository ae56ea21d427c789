import type { Browser, BrowserContext, Page } from 'playwright-core';
import { makeMeeting } from '../../../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../../../src/commands/makePersonalLinks';
import { addMinutes } from '../../../../src/domain/clock';
import { AttendanceRevision } from '../../../../src/models/AttendanceRevision';
import { User, type Role } from '../../../../src/models/User';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../../src/models/ZoomMeetingInstance';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { PASSWORD, passwordHash } from '../../../support/browser';
import { launchChromium, looksRight as pageLooksRight, signIn, SITE } from '../../../support/pages';
import { buildConnectedTeacher } from '../../../support/teachers';
import { startConsentSite, type ConsentSite } from '../../../support/zoomConsent';

let site: ConsentSite;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  site = await startConsentSite(SITE);
  site.zoom.control.setWebhookUrl(`http://127.0.0.1:${site.website.port}${paths.webhook}`);
  browser = await launchChromium(site.website.port);
  teacher = await buildConnectedTeacher(site.deps, site.zoom);
  await teacher.update({ passwordHash: await passwordHash() });
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

async function openAs(role: Role, device: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const user = role === 'teacher' ? teacher : await buildUser(role, { passwordHash: await passwordHash() });
  return open(user, await browser.newContext(device));
}

async function open(user: User, device: BrowserContext): Promise<Page> {
  const page = await device.newPage();
  const url = user.role === 'teacher' ? paths.myLiveClasses : paths.liveClasses;
  await signIn(page, SITE, { email: user.email, password: PASSWORD }, url);
  return page;
}

interface Room {
  readonly meetingId: string;
  /** the address of a student with a link of their own */
  readonly email: string;
  readonly studentName: string;
}

/** A class whose room is really there at the Zoom stand-in, with a way in for one student. */
async function buildRoom(title: string): Promise<Room> {
  const order = await buildOrder({ title, teacherId: teacher.id });
  const startsAt = new Date();
  const classDate = await buildClassDate({ order, startsAt, state: 'preparing' });
  const student = await User.findByPk(order.userId, { rejectOnEmpty: true });
  await buildPass(site.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  const input = { classDateId: classDate.id, now: new Date() };
  await makeMeeting(site.deps, input);
  await makePersonalLinks(site.deps, input);
  const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  return { meetingId: meetingId ?? '', email: student.email, studentName: student.fullName };
}

/** At either width, light and dark. */
async function looksRight(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await pageLooksRight(page);
  }
}

const card = (page: Page, title: string) => page.locator('section.live', { hasText: title });

it('follows a class from its room to its end without a reload, for the admin and for its teacher', async () => {
  const empty = await openAs('admin');
  await empty.getByText('No class is live').waitFor();
  await looksRight(empty);

  const { meetingId, email, studentName } = await buildRoom('Primes');
  const pages = [empty, await openAs('teacher')];
  for (const page of pages) {
    await page.evaluate('globalThis.neverReloaded = true');
    await card(page, 'Primes').getByText('Room is open since').waitFor();
    await card(page, 'Primes').getByText('0 of 1 in').waitFor();
  }

  site.zoom.control.hostStart(meetingId);
  const inside = site.zoom.control.join(meetingId, { as: 'registrant', email });
  site.zoom.control.join(meetingId, { as: 'registrant', email, secondDeviceOf: inside });
  const stranger = site.zoom.control.join(meetingId, { name: 'Somebody’s tablet' });
  for (const page of pages) {
    await card(page, 'Primes').getByText('Live since').waitFor();
    await card(page, 'Primes').getByText('1 of 1 in, and one other').waitFor();
    await page.getByRole('listitem').filter({ hasText: studentName }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Somebody’s tablet (came without a link of ours)' }).waitFor();
    expect(await page.getByRole('status').last().textContent()).toBe('1 class is live, with 3 people in.');
    await looksRight(page);
  }
  // What somebody has just stepped to is still what they are at after the page has changed under them.
  await empty.locator('.live h2 a').focus();
  site.zoom.control.leave(meetingId, stranger);
  for (const page of pages) await card(page, 'Primes').getByText('1 of 1 in', { exact: true }).waitFor();
  expect(await empty.evaluate('document.activeElement.textContent')).toBe('Primes');

  site.zoom.control.end(meetingId);
  for (const page of pages) {
    await card(page, 'Primes').getByText('Meeting has ended since').waitFor();
    expect(await page.evaluate('globalThis.neverReloaded')).toBe(true);
  }
});

it('goes on by asking where events do not come through', async () => {
  const device = await browser.newContext();
  await device.route('**/events?*', (route) => route.fulfill({ status: 502 }));
  const page = await open(await buildUser('admin', { passwordHash: await passwordHash() }), device);
  const { meetingId, studentName, email } = await buildRoom('Sieves');
  site.zoom.control.hostStart(meetingId);
  site.zoom.control.join(meetingId, { as: 'registrant', email });
  await card(page, 'Sieves').getByText(studentName).waitFor();
});

it('works without script, by refreshing itself', async () => {
  const page = await openAs('admin', { javaScriptEnabled: false });
  const { meetingId, studentName, email } = await buildRoom('Fields');
  site.zoom.control.hostStart(meetingId, { endOther: true });
  site.zoom.control.join(meetingId, { as: 'registrant', email });
  await card(page, 'Fields').getByText(studentName).waitFor();
});

it('tells of trouble, for a class that should have started', async () => {
  const { meetingId } = await buildRoom('Late');
  const meeting = await ZoomMeeting.findOne({ where: { meetingId }, rejectOnEmpty: true });
  expect(await ZoomMeetingInstance.count({ where: { zoomMeetingId: meeting.id } })).toBe(0);
  const page = await openAs('admin');
  await site.deps.db.query('UPDATE class_dates SET starts_at = :startsAt WHERE id = :id', {
    replacements: { startsAt: addMinutes(new Date(), -3), id: meeting.classDateId },
  });
  await card(page, 'Late').getByText('Needs somebody: The teacher has not started.').waitFor();
  await looksRight(page);
});

it('asks who they were that nobody was found for, also without script', async () => {
  const order = await buildOrder({ title: 'Prime numbers and other indivisibilities', teacherId: teacher.id });
  const settledAt = new Date();
  const startsAt = addMinutes(settledAt, -600);
  const classDate = await buildClassDate({ order, startsAt, state: 'settled', outcome: 'held', settledAt });
  const first = { classDateId: classDate.id, revision: 1, cause: 'settled', outcome: 'held' } as const;
  await AttendanceRevision.create({ ...first, strangers: 12 });
  await looksRight(await openAs('admin'));
  const page = await openAs('admin', { javaScriptEnabled: false });
  await page.getByRole('listitem').filter({ hasText: '12 names' }).getByRole('link').click();
  await page.waitForURL(`**${paths.attendance(classDate.id)}`);
});
