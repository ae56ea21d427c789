import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { addMinutes } from '../../src/domain/clock';
import { startMailbox, type Mailbox } from '../../src/dev/mailbox/server';
import { User } from '../../src/models/User';
import { paths } from '../../src/routes/paths';
import { buildClassDate, buildOrder } from '../factories/classes';
import { buildUser } from '../factories/people';
import { mailedPath, sendAccountMails } from '../support/accountMail';
import { PASSWORD, passwordHash } from '../support/browser';
import { launchChromium, looksRight as pageLooksRight, signIn, SITE } from '../support/pages';
import { ADA, connectionOf, startConsentSite, type ConsentSite } from '../support/zoomConsent';

const PICTURES = path.join(__dirname, '../../.dev/reports');
/** The machines that run this are noisy. */
const PATIENCE_MS = 120_000;
const EMAIL = 'grace@teachers.test';
const [FIRST, SECOND] = ['a first password of hers', 'another password of hers'];

let mailbox: Mailbox;
let site: ConsentSite;
let browser: Browser;
/** each with cookies of their own */
let admin: Page;
let teacher: Page;

beforeAll(async () => {
  mailbox = await startMailbox();
  site = await startConsentSite(SITE, { SMTP_PORT: String(mailbox.smtpPort) });
  browser = await launchChromium(site.website.port);
  admin = await newPage();
  teacher = await newPage();
  mkdirSync(PICTURES, { recursive: true });
  const { email } = await buildUser('admin', { passwordHash: await passwordHash() });
  await signIn(admin, SITE, { email, password: PASSWORD });
});

afterAll(async () => {
  await browser.close();
  await site.close();
  await mailbox.close();
});

async function newPage(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** A picture at every width, too, for whoever wants to look. */
function looksRight(page: Page, name: string): Promise<void> {
  return pageLooksRight(page, {
    also: async (width) => {
      await page.screenshot({ path: path.join(PICTURES, `${name}-${width}.png`), fullPage: true });
    },
  });
}

/** The address that the newest mail to her leads to. */
async function mailedLink(): Promise<string> {
  const { id } = await User.findOne({ where: { email: EMAIL }, rejectOnEmpty: true });
  await sendAccountMails(site.deps, id);
  return `${SITE}${mailedPath(mailbox, EMAIL)}`;
}

it('a teacher is invited, chooses a password, and connects Zoom', async () => {
  await admin.goto(`${SITE}${paths.people}`);
  await admin.selectOption('#role', 'teacher');
  await admin.fill('#firstName', 'Grace');
  await admin.fill('#lastName', 'Hopper');
  await admin.fill('#email', EMAIL);
  await admin.click('button:text("Add")');
  await admin.getByText('An invitation is on its way to them.').waitFor();
  await looksRight(admin, 'people');

  await teacher.goto(await mailedLink());
  await looksRight(teacher, 'choosePassword');
  await teacher.fill('#password', 'short');
  await teacher.click('main button');
  await teacher.getByText('Use at least 8 characters').waitFor();
  await looksRight(teacher, 'choosePasswordWrong');
  await teacher.fill('#password', FIRST);
  await teacher.click('main button');
  await teacher.getByText('Zoom is not connected.').waitFor();
  await teacher.click('main a:text("Connect Zoom")');
  await teacher.check(`input[value="${ADA}"]`);
  await teacher.click('button:text("Allow")');
  await teacher.getByText(`Zoom is connected as ${ADA}`).waitFor();
});

it('comes back to her class after signing in and connecting Zoom again', async () => {
  const { id } = await User.findOne({ where: { email: EMAIL }, rejectOnEmpty: true });
  const order = await buildOrder({ teacherId: id, title: 'Compilers' });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 24 * 60) });
  await (await connectionOf(id))?.update({ state: 'needs_reconnect', stateReason: 'revoked' });
  const away = await newPage();
  // As the mail about a class without a room has it.
  await away.goto(`${SITE}${paths.zoom}?next=${encodeURIComponent(paths.startMeeting(classDate.id))}`);
  await away.fill('#email', EMAIL);
  await away.fill('#password', FIRST);
  await away.click('main button');
  await away.click('main a:text("Connect Zoom")');
  await away.click('button:text("Deny")');
  await away.getByText('You did not allow it at Zoom').waitFor();
  await away.click('main a:text("Connect Zoom")');
  await away.check(`input[value="${ADA}"]`);
  await away.click('button:text("Allow")');
  await away.getByRole('heading', { name: 'Compilers' }).waitFor();
  expect(new URL(away.url()).pathname).toBe(paths.startMeeting(classDate.id));
  await away.context().close();
});

it('forgets her password, and has a new one', async () => {
  await teacher.click('button:text("Sign out")');
  await looksRight(teacher, 'login');
  await teacher.click('a:text("Forgot your password?")');
  await looksRight(teacher, 'forgotten');
  await teacher.fill('#email', EMAIL);
  await teacher.click('main button');
  await teacher.getByRole('heading', { name: 'Look into your mail' }).waitFor();
  await looksRight(teacher, 'resetSent');
  const link = await mailedLink();
  await teacher.goto(link);
  await teacher.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await teacher.fill('#password', SECOND);
  await teacher.click('main button');
  await teacher.getByText('Your password is changed.').waitFor();
  await teacher.fill('#email', EMAIL);
  await teacher.fill('#password', SECOND);
  await teacher.click('main button');
  await teacher.getByRole('heading', { name: 'My classes' }).waitFor();
  await teacher.goto(link);
  await teacher.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
  await looksRight(teacher, 'deadLink');
});

it('is shut out and let in again', async () => {
  await admin.goto(`${SITE}${paths.people}?person=hopper`);
  await admin.click('.rows a:text("Grace Hopper")');
  await looksRight(admin, 'person');
  await admin.click('a:text("Disable…")');
  await admin.getByRole('heading', { name: 'Disable Grace Hopper?' }).waitFor();
  await looksRight(admin, 'personDisabling');
  await admin.click('button:text("Disable them")');
  await admin.getByText('They are disabled: signed out').waitFor();
  await looksRight(admin, 'personDisabled');
  await teacher.goto(`${SITE}${paths.teacher}`);
  await teacher.getByRole('heading', { name: 'Sign in' }).waitFor();
  await admin.click('button:text("Enable again")');
  await admin.getByText('They are let in again.').waitFor();
  await signIn(teacher, SITE, { email: EMAIL, password: SECOND });
  await teacher.getByRole('heading', { name: 'My classes' }).waitFor();
});
