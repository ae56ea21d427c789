import type { Browser, Page } from 'playwright-core';
import { addMinutes } from '../../../../src/domain/clock';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildMail } from '../../../factories/mails';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAsAdmin } from '../../../support/signedInPage';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE });
  browser = await launchChromium(website.port);
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

/** A class that opens soon, whose student has been mailed. */
async function build() {
  const student = await buildUser('student', { firstName: 'Ann', lastName: 'Archer' });
  const order = await buildOrder({ userId: student.id, title: 'Maths 7B' });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(new Date(), 20) });
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  const { startsAt: toldStartsAt, durationMinutes: toldDurationMinutes, teacherId: toldTeacherId } = classDate;
  await buildMail(classDate, pass, { toldAt: new Date(), toldStartsAt, toldDurationMinutes, toldTeacherId });
  await buildMeeting(website.deps.encryption, classDate);
  return { order, classDate };
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

it.each([true, false])('an admin changes a class and its order (scripts: %s)', async (scripts) => {
  const { order, classDate } = await build();
  const substitute = await buildUser('teacher', { firstName: 'Sub', lastName: 'Stitute' });
  const page = await openAsAdmin(browser, { next: paths.classDate(classDate.id), scripts });
  const look = () => looksRight(page, { scripts });
  const follow = async (name: string) => {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name: 'What this does' }).waitFor();
    await look();
  };

  await follow('Reschedule');
  await page.getByText('Ann Archer will be mailed').waitFor();
  await page.getByLabel('Minutes').fill('0');
  await press(page, 'Move the class');
  await page.getByRole('alert').waitFor();
  await look();
  await page.getByLabel('Minutes').fill('90');
  await press(page, 'Move the class');
  await page.getByText('The class is changed.').waitFor();
  await look();
  expect((await classDate.reload()).durationMinutes).toBe(90);

  await follow('Substitute teacher');
  await page.getByLabel('New teacher').selectOption(String(substitute.id));
  await press(page, 'Give them the class');
  await page.getByText('The class has another teacher.').waitFor();

  await classDate.update({ state: 'live' });
  await page.reload();
  await follow('Cancel');
  await press(page, 'Cancel the class');
  await page.getByRole('alert').waitFor();
  await look();
  await page.getByLabel('Do it although people are in the room').check();
  await page.getByRole('button', { name: 'Cancel the class' }).dblclick();
  await page.getByText('The class is cancelled.').waitFor();
  expect((await classDate.reload()).state).toBe('cancelled');

  await follow('Reopen');
  const form = page.url();
  await press(page, 'Reopen the class');
  await page.getByText('The class takes place.').waitFor();
  expect((await classDate.reload()).state).toBe('scheduled');
  await page.goto(form);
  await page.getByText('That cannot be done to a class in this state.').waitFor();
  await look();

  await page.goto(`${SITE}${paths.order(order.id)}`);
  await follow('Change');
  await page.getByLabel('Title').fill('Maths 8');
  await press(page, 'Change the order');
  await page.getByText('The order is changed, and with it 1 class date.').waitFor();
  await follow('Cancel');
  await press(page, 'Cancel the order');
  await page.getByText('The order is cancelled, and with it 1 class date.').waitFor();
  await look();
});

it('a class that somebody has changed meanwhile is shown as it is, beside what was entered', async () => {
  const { classDate } = await build();
  const page = await openAsAdmin(browser, { next: paths.classDateSchedule(classDate.id) });
  await page.getByLabel('Minutes').fill('30');
  await classDate.update({ durationMinutes: 45, version: classDate.version + 1 });
  await press(page, 'Move the class');
  await page.getByText('Somebody has changed this class since you opened it.').waitFor();
  await looksRight(page);
  await press(page, 'Move the class');
  await page.getByText('The class is changed.').waitFor();
  expect((await classDate.reload()).durationMinutes).toBe(30);
});
