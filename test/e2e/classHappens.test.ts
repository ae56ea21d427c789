import { source as axeSource } from 'axe-core';
import { DateTime } from 'luxon';
import { createConnection } from 'mysql2/promise';
import { chromium, type Browser, type Page } from 'playwright-core';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import { eventually } from '../support/eventually';
import { launch, type Launched } from '../support/launched';
import { signIn } from '../support/pages';

const MAIL_MS = 90_000;
const END_MS = 200_000;
const TEACHER = { firstName: 'Tess', lastName: 'Teacher', email: 'tess@teachers.test', password: 'tess teaches maths' };

interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly html: string;
}

let launched: Launched;
let browser: Browser;
let admin: Page;
let teacher: Page;
let student: Page;
let classUrl: string;

beforeAll(async () => {
  launched = await launch();
  browser = await chromium.launch({ executablePath: requireTestEnvironment('chromium'), args: ['--no-sandbox'] });
  [admin, teacher, student] = [await newPerson(), await newPerson(), await newPerson()];
});

afterAll(async () => {
  await browser.close();
  expect(await launched.stop()).toBe(0);
});

async function newPerson(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(120_000);
  return page;
}

/** The first mail to somebody. */
async function mailTo(address: string, isIt: (mail: Mail) => boolean = () => true): Promise<Mail | undefined> {
  const response = await fetch(`${launched.state.mailbox}/api/messages`);
  const mails = (await response.json()) as Mail[];
  return mails.find((mail) => mail.to === address && isIt(mail));
}

/** The mails about the class of this test. */
function classMailTo(address: string, subject: string): Promise<Mail | undefined> {
  return mailTo(address, (mail) => mail.subject.startsWith(subject) && mail.subject.includes('Primes'));
}

/** Opens a mail as a mail program does, and presses its one button. */
async function pressButtonOf(mail: Mail, page: Page): Promise<void> {
  await page.setContent(mail.html);
  const href = await page
    .getByRole('link', { name: /Join Live Class Now|Start|Choose a password/ })
    .getAttribute('href');
  await page.goto(href ?? '');
}

async function seriousProblemsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<{ violations: { id: string; nodes: unknown[] }[] }>('axe.run()');
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`);
}

it('shows what runs, and all of it answers', async () => {
  const { web, mailbox, zoom, temporalUi } = launched.state;
  for (const url of [`${web}/healthz`, mailbox, zoom, temporalUi]) expect((await fetch(url)).status).toBe(200);
  for (const url of [web, mailbox, zoom, temporalUi]) expect(launched.said()).toContain(url);
});

it('an admin adds a teacher, who connects Zoom', async () => {
  await signIn(admin, launched.state.web, launched.state.admin);
  await admin.click('text=People');
  await admin.selectOption('#role', 'teacher');
  await admin.fill('#firstName', TEACHER.firstName);
  await admin.fill('#lastName', TEACHER.lastName);
  await admin.fill('#email', TEACHER.email);
  await admin.click('button:text("Add")');
  await admin.getByText('An invitation is on its way to them.').waitFor();

  await pressButtonOf(await eventually('the invitation arrives', () => mailTo(TEACHER.email), MAIL_MS), teacher);
  await teacher.fill('#password', TEACHER.password);
  await teacher.click('main button');
  await teacher.getByText('Zoom is not connected.').waitFor();
  await teacher.click('main a:text("Connect Zoom")');
  await teacher.check('input[value="grace.hopper@teachers.example"]');
  await teacher.click('button:text("Deny")');
  await teacher.getByText('You did not allow it at Zoom').waitFor();
  await teacher.click('text=Connect Zoom');
  await teacher.check('input[value="grace.hopper@teachers.example"]');
  await teacher.click('button:text("Allow")');
  await teacher.getByText('Zoom is connected as grace.hopper@teachers.example').waitFor();
});

it('an admin makes an order and books a class', async () => {
  await shortenClasses();
  await admin.click('nav >> text=Orders');
  await admin.fill('#title', 'Primes');
  await admin.selectOption('#buyerId', { label: 'Sam Student (sam@students.example)' });
  await admin.selectOption('#teacherId', { label: `Tess Teacher (${TEACHER.email})` });
  await admin.fill('#guests', 'Gina Guest <gina@guests.example>');
  await admin.click('main button');
  const start = DateTime.now().setZone('Europe/Berlin').plus({ minutes: 2 });
  await admin.fill('#date', start.toFormat('yyyy-MM-dd'));
  await admin.fill('#time', start.toFormat('HH:mm'));
  await admin.fill('#timeZone', 'Europe/Berlin');
  await admin.fill('#durationMinutes', '1');
  await admin.click('main form button');
  await admin.getByText('The class is booked.').waitFor();
  classUrl = admin.url();
});

/** The class of this test opens a minute before it starts and is settled a minute after its end. */
async function shortenClasses(): Promise<void> {
  const connection = await createConnection(launched.state.databaseUrl);
  await connection.query('UPDATE zoom_settings SET lead_minutes = 1, grace_minutes = 1, settle_minutes = 1');
  await connection.end();
}

it('by itself it gets its room and mails its people, and the mail’s button leads into the meeting', async () => {
  const reminder = await eventually(
    'the reminder arrives',
    () => classMailTo('sam@students.example', 'Your Class Starts Soon'),
    MAIL_MS,
  );
  await eventually('the guest is invited', () => classMailTo('gina@guests.example', "You're Invited"), MAIL_MS);
  await pressButtonOf(reminder, student);
  expect(await student.locator('h1').textContent()).toBe('Primes');
  expect(await seriousProblemsOf(student)).toEqual([]);
  await student.getByRole('button', { name: 'Join Live Class Now' }).click();
  await eventually('the student is at Zoom', () => student.url().startsWith(launched.state.zoom));
});

it('the teacher starts it from the mail, everybody meets, and the admin sees it live', async () => {
  const mail = await eventually(
    'the teacher’s mail arrives',
    () => classMailTo(TEACHER.email, 'Start your class'),
    MAIL_MS,
  );
  await pressButtonOf(mail, teacher);
  expect(await seriousProblemsOf(teacher)).toEqual([]);
  await teacher.click('button:text("Start the class")');
  await eventually('the teacher is at Zoom', () => teacher.url().startsWith(launched.state.zoom));
  await student.getByText('Tess').or(student.getByText('Grace Hopper')).first().waitFor();
  await admin.goto(classUrl);
  await admin.locator('h1 .tag:text("Live")').waitFor({ timeout: 30_000 });
  await admin.getByRole('link', { name: /^Attendance/ }).click();
  await eventually('the student is seen to be in', async () => {
    await admin.reload();
    return admin.getByRole('img', { name: /^Sam Student: \d/ }).isVisible();
  });
  expect(await seriousProblemsOf(admin)).toEqual([]);
});

it('another browser with the same link is outside, and told that it could go on there', async () => {
  const reminder = await classMailTo('sam@students.example', 'Your Class Starts Soon');
  const stranger = await newPerson();
  await pressButtonOf(reminder ?? { to: '', subject: '', html: '' }, stranger);
  await stranger.getByText('Your link has been used in another browser').waitFor();
  expect(await stranger.getByRole('button').textContent()).toBe('Continue here instead');
});

it('it ends, settles, and says who was there', async () => {
  const control = await newPerson();
  await control.goto(`${launched.state.zoom}/?pause`);
  const card = control.locator('section', { has: control.locator('.topic:text-is("Primes")') });
  await control.waitForTimeout(61_000);
  await card.getByRole('button', { name: 'End meeting' }).click();
  await admin.goto(classUrl);
  await admin.locator('h1 .tag:text("Held")').waitFor({ timeout: END_MS });
  await admin.getByRole('link', { name: /^Attendance/ }).click();
  const attendance = admin.locator('#people');
  expect(await attendance.locator('li', { hasText: 'Sam Student' }).locator('.tag').textContent()).toBe('Present');
  expect(await attendance.locator('li', { hasText: 'Gina Guest' }).locator('.tag').textContent()).toBe('Absent');
  expect(await seriousProblemsOf(admin)).toEqual([]);
});

it('support can read the class in the Temporal UI', async () => {
  await admin.goto(classUrl);
  const link = await admin.getByText('Look at it in Temporal').getAttribute('href');
  const temporal = await newPerson();
  await temporal.goto(link ?? '');
  await temporal.getByText('Completed').first().waitFor({ timeout: 30_000 });
  const words = ['classDate', 'opens 20', 'closes 20', 'makeMeeting', 'settleClass'];
  // The UI fetches the history after the page is there.
  const text = await eventually('the class can be read', async () => {
    const shown = await temporal.locator('body').innerText();
    return words.every((word) => shown.includes(word)) ? shown : null;
  });
  for (const secret of ['Primes', 'sam@students.example', 'Sam Student']) expect(text).not.toContain(secret);
});
