import type { Browser, Page } from 'playwright-core';
import { addMinutes } from '../../../../src/domain/clock';
import { RISK_KINDS } from '../../../../src/domain/classRisks';
import type { BookOrder } from '../../../../src/models/BookOrder';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { ClassRisk } from '../../../../src/models/ClassRisk';
import type { User } from '../../../../src/models/User';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { launchChromium, looksRight, SITE } from '../../../support/pages';
import { openAs, openAsAdmin } from '../../../support/signedInPage';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let teacher: User;
let order: BookOrder;
let classDate: ClassDate;

beforeAll(async () => {
  website = await startWebsite({ APP_URL: SITE });
  browser = await launchChromium(website.port);
  teacher = await buildUser('teacher');
  order = await buildOrder({ teacherId: teacher.id, title: 'Algebra for beginners' });
  classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 600) });
  const student = await buildUser('student');
  await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: 'nobody at all' });
  await buildClassDate({
    order: await buildOrder({ teacherId: teacher.id, title: 'Chess' }),
    startsAt: classDate.startsAt,
  });
});

afterAll(async () => {
  await browser.close();
  await website.close();
});

beforeEach(async () => {
  await ClassRisk.destroy({ where: {} });
});

const found = (of: ClassDate, kind: ClassRisk['kind'], detail: string | null = null) =>
  ClassRisk.create({ classDateId: of.id, kind, detail, isOpen: true, since: new Date(), toldAt: new Date() });

async function openFor(role: 'admin' | 'teacher', next: string): Promise<Page> {
  const page = await (role === 'teacher' ? openAs(browser, teacher, { next }) : openAsAdmin(browser, { next }));
  await page.waitForURL(`${SITE}${next}`);
  return page;
}

it('an admin sees what is wrong, how it is mended, and on which class; and that it is over', async () => {
  for (const kind of RISK_KINDS) await found(classDate, kind, kind === 'addresses' ? '1' : '101');
  const page = await openFor('admin', paths.admin);
  await page.getByRole('link', { name: 'One class of the next 48 hours is at risk' }).waitFor();
  await page.getByText('Too many people').waitFor();
  await looksRight(page);
  await page.getByRole('link', { name: 'at risk: see' }).click();
  await page.getByRole('heading', { name: 'Algebra for beginners' }).waitFor();
  const titles = await page.locator('.rows strong').allTextContents();
  expect(titles).toHaveLength(RISK_KINDS.length);
  expect(titles.slice(0, 3)).toEqual(['Teacher disabled', 'Zoom not connected', 'Zoom user not active']);
  await page.getByText('It overlaps with “Chess” of the same teacher').waitFor();
  await looksRight(page);
  await page.getByRole('link', { name: 'Algebra for beginners' }).click();
  await page.getByRole('heading', { name: 'At risk' }).waitFor();
  await page.getByText('address does not work').waitFor();
  await looksRight(page);
  await page.goto(`${SITE}${paths.order(order.id)}`);
  expect(await page.locator('.rows .tag').allTextContents()).toContain('Overlaps');
  await page.getByText('Permissions missing').waitFor();
  await looksRight(page);

  await ClassRisk.update({ isOpen: null, clearedAt: new Date() }, { where: {} });
  await page.goto(`${SITE}${paths.classesAtRisk}`);
  await page.getByText('None: nothing is wrong').waitFor();
  await looksRight(page);
  await page.goto(`${SITE}${paths.classDate(classDate.id)}`);
  await page.getByRole('heading', { name: 'People' }).waitFor();
  expect(await page.getByRole('heading', { name: 'At risk' }).count()).toBe(0);
});

it('the worst comes first, and what is too far away or over does not come', async () => {
  const build = async (title: string, minutesAhead: number, state: ClassDate['state'] = 'scheduled') => {
    const of = await buildOrder({ title });
    return buildClassDate({ order: of, startsAt: addMinutes(new Date(), minutesAhead), state });
  };
  await found(await build('Small and soon', 60), 'addresses', '2');
  await found(await build('Bad and later', 900), 'connection');
  await found(await build('Small and later', 800), 'addresses', '2');
  await found(await build('In a week', 7 * 1440), 'connection');
  await found(await build('Cancelled', 90, 'cancelled'), 'connection');
  await found(await build('Has begun', -5, 'live'), 'connection');
  const page = await openFor('admin', paths.classesAtRisk);
  expect(await page.locator('h2').allTextContents()).toEqual(['Bad and later', 'Small and soon', 'Small and later']);
});

it('a teacher sees their own on the page of their classes', async () => {
  await found(classDate, 'licence_length');
  await found(await buildClassDate({ startsAt: addMinutes(new Date(), 120) }), 'connection');
  const page = await openFor('teacher', paths.teacher);
  await page.getByText('Too long for Zoom Basic').waitFor();
  await page.getByText('Teacher: Get a licence from Zoom').waitFor();
  expect(await page.locator('h3').count()).toBe(1);
  await looksRight(page);
});
