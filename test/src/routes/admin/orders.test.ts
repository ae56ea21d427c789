import type { Response } from 'supertest';
import { BookOrder } from '../../../../src/models/BookOrder';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import type { User } from '../../../../src/models/User';
import { paths } from '../../../../src/routes/paths';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let student: User;
let teacher: User;
let before: number[];

const countRows = () => website.countRows('book_orders', 'order_guests', 'zoom_audit_logs');

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
  student = await buildUser('student');
  teacher = await buildUser('teacher');
});

afterAll(() => website.close());

beforeEach(async () => {
  before = await countRows();
});

type Fields = Record<string, string>;

const form = (changed: Fields = {}): Fields => ({
  title: 'Maths 7B',
  buyerId: String(student.id),
  teacherId: String(teacher.id),
  guests: '',
  ...changed,
});

async function order(
  changed: Fields,
): Promise<{ order: BookOrder; guests: [string, string | null][]; page: Response }> {
  const answer = await browser.submit(paths.orders, form(changed));
  expect(answer.status).toBe(303);
  const made = await BookOrder.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  expect(answer.headers['location']).toBe(paths.order(made.id));
  const rows = await OrderGuest.findAll({ where: { orderId: made.id }, order: ['id'] });
  const page = await browser.get(paths.order(made.id));
  return { order: made, guests: rows.map(({ email, name }) => [email, name]), page };
}

/** Nothing saved, every mistake linked to its input, and everything that was typed still there. */
async function expectShownAgain(answer: Response, typed: Fields): Promise<string> {
  expect(answer.status).toBe(422);
  expect(await countRows()).toEqual(before);
  const $ = parse(answer);
  expect($('#title').attr('value')).toBe(typed['title']);
  // HTML drops the first line break of a textarea.
  expect($('#guests').text()).toBe(typed['guests']);
  for (const name of ['buyerId', 'teacherId']) {
    const offered = $(`#${name} option`)
      .toArray()
      .map((option) => $(option).attr('value'));
    const chosen = offered.includes(typed[name]) ? typed[name] : undefined;
    expect($(`#${name} option[selected]`).attr('value')).toBe(chosen === '' ? undefined : chosen);
  }
  const links = $('.summary a').toArray();
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect($($(link).attr('href') ?? '')).toHaveLength(1);
  return $('.summary').text();
}

describe('making an order', () => {
  it('saves it with its guests, audited, and leads to it', async () => {
    const guests =
      'mum@example.test\r\n\r\n  Dad <dad@example.test>  \r\n"Aunt, Anna" <anna@example.test>\nUncle\t<bob@example.test>';
    const made = await order({ guests });
    expect(made.order).toMatchObject({ title: 'Maths 7B', userId: student.id, teacherId: teacher.id });
    expect(made.guests).toEqual([
      ['mum@example.test', null],
      ['dad@example.test', 'Dad'],
      ['anna@example.test', 'Aunt, Anna'],
      ['bob@example.test', 'Uncle'],
    ]);
    expect((await website.audited()).at(-1)).toBe('order_created');
    const $ = parse(made.page);
    expect($('h1').text()).toBe('Maths 7B');
    expect($('#guest-list + .rows').text()).toContain('Dad dad@example.test');
    expect($('.facts').text()).toContain(student.fullName);
    expect((await browser.get(paths.orders)).text).toContain(`href="${paths.order(made.order.id)}"`);
  });

  it('gives an address that is there twice one pass, and says so', async () => {
    const { guests, page } = await order({ guests: 'mum@example.test\nMum <MUM@example.test>\nmum@example.test' });
    expect(guests).toEqual([['mum@example.test', null]]);
    const flash = parse(page)('.flash').text();
    expect(flash.match(/was there twice/g)).toHaveLength(1);
    expect(flash).toContain('mum@example.test was there twice and gets one pass.');
  });

  it('gives the buyer no second pass as a guest, and says so', async () => {
    const { guests, page } = await order({ guests: `mum@example.test\nSam <${student.email.toUpperCase()}>` });
    expect(guests).toEqual([['mum@example.test', null]]);
    expect(parse(page)('.flash').text()).toContain(`${student.email} is the buyer and has a pass already.`);
  });

  it('takes as many repeated guests as the form holds, and names a few', async () => {
    const addresses = Array.from({ length: 900 }, (_, index) => `g${index}@b.co`);
    const { guests, page } = await order({ guests: [...addresses, ...addresses].join('\n') });
    expect(guests).toHaveLength(900);
    expect(parse(page)('.flash').text()).toContain('So do 895 more');
  });

  it('shows titles and names as text', async () => {
    const title = '<script>alert(1)</script>';
    const { page, order: made } = await order({
      title,
      guests: '<b>Mum</b> & "co"\' <mum@example.test>'.replace('<b>', '').replace('</b>', ''),
    });
    for (const shown of [page, await browser.get(paths.orders), await browser.get(paths.admin)]) {
      expect(shown.text).not.toContain('<script>');
    }
    expect(parse(page)('h1').text()).toBe(title);
    expect(parse(page)('title').text()).toContain(title);
    expect(made.title).toBe(title);
    const wrong = await browser.submit(
      paths.orders,
      form({ title: '"><script>alert(1)</script>', guests: '</textarea><script>alert(2)</script>' }),
    );
    expect(wrong.status).toBe(422);
    expect(wrong.text).not.toContain('<script>');
  });
});

describe('what is wrong with an order', () => {
  it.each([
    ['no title', { title: ' ' }, 'Enter a title.'],
    ['a title that is too long', { title: 'x'.repeat(181) }, 'Use at most 180 characters.'],
    ['a title of 10 kB', { title: 'x'.repeat(10_000) }, 'Use at most 180 characters.'],
    ['no student', { buyerId: '' }, 'Choose a student.'],
    ['no teacher', { teacherId: '' }, 'Choose a teacher.'],
    ['a student there is none of', { buyerId: '999999' }, 'Choose a student.'],
    ['a student in another notation', { buyerId: '1e0' }, 'Choose a student.'],
    ['a student below zero', { buyerId: '-1' }, 'Choose a student.'],
    ['a student beyond all numbers', { buyerId: '99999999999999999999' }, 'Choose a student.'],
    [
      'a bad address, with its line',
      { guests: 'mum@example.test\n\nDad <dad@example>' },
      'Line 3: “Dad <dad@example>”',
    ],
    ['two addresses in a line', { guests: 'mum@example.test, dad@example.test' }, 'Line 1:'],
    ['a half-open name', { guests: 'Mum <mum@example.test' }, 'Line 1:'],
    ['two bad lines', { guests: 'one\ntwo@example.test\nthree' }, 'Line 3: “three”'],
    ['addresses that are one to MySQL', { guests: 'jose@example.test\njosé@example.test' }, 'differ in accents only'],
    ['too many guests', { guests: 'somebody@example.test\n'.repeat(1000).trim() }, 'Use at most 20,000 characters.'],
  ])('is said, and nothing is lost or saved: %s', async (_what, changed: Fields, message) => {
    const typed = form(changed);
    expect(await expectShownAgain(await browser.submit(paths.orders, typed), typed)).toContain(message);
  });

  it('is said all at once', async () => {
    const typed = form({ title: '', buyerId: '999999', teacherId: '999999', guests: 'nobody' });
    const summary = await expectShownAgain(await browser.submit(paths.orders, typed), typed);
    for (const text of ['Enter a title.', 'Choose a student.', 'Choose a teacher.', 'Line 1'])
      expect(summary).toContain(text);
  });

  it('is a person in the wrong part, or a disabled one', async () => {
    const gone = await buildUser('teacher', { disabledAt: new Date() });
    const swapped = form({ buyerId: String(teacher.id), teacherId: String(student.id) });
    const summary = await expectShownAgain(await browser.submit(paths.orders, swapped), swapped);
    expect(summary).toContain('Choose a student.');
    expect(summary).toContain('Choose a teacher.');
    const disabled = form({ teacherId: String(gone.id) });
    expect(await expectShownAgain(await browser.submit(paths.orders, disabled), disabled)).toContain(
      'Choose a teacher.',
    );
  });

  it.each([
    ['a list for a title', 'title', 'title[]=x'],
    ['a list of students', 'buyerId', 'buyerId[]=1'],
    ['a list of guests', 'guests', 'guests[]=a%40example.test&guests[]=b%40example.test'],
    ['an object', 'guests', 'guests[a]=x'],
    ['a NUL in the title', 'title', 'title=Maths%00'],
    ['a line break in the title', 'title', 'title=Maths%0D%0ABcc%3A+x'],
    ['a NUL in an address', 'guests', 'guests=a%00%40example.test'],
    ['a NUL in a name', 'guests', 'guests=A%00+%3Ca%40example.test%3E'],
    ['a lone carriage return', 'guests', 'guests=A%0DB+%3Ca%40example.test%3E'],
  ])('is refused though no browser would send it: %s', async (_what, name, odd) => {
    const rest = new URLSearchParams({ ...form(), _csrf: await browser.token() });
    rest.delete(name);
    const answer = await browser.submitText(paths.orders, `${rest.toString()}&${odd}`);
    expect(answer.status).toBe(422);
    expect(answer.text).not.toMatch(/Invalid input|expected/);
    expect(await countRows()).toEqual(before);
  });
});

describe('an order there is none of', () => {
  it.each(['999999', '0', '-1', '1e3', '01', '1.0', '0x1', '99999999999999999999', 'x', '%F0%9F%98%80'])(
    'is not found: %s',
    async (id) => {
      for (const path of [`/admin/orders/${id}`, `/admin/class-dates/${id}`]) {
        expect((await browser.get(path)).status).toBe(404);
      }
      const booking = { date: '2030-01-01', time: '10:00', timeZone: 'UTC', durationMinutes: '60' };
      expect((await browser.submit(`/admin/orders/${id}/class-dates`, booking)).status).toBe(404);
      expect(await website.countRows('class_dates')).toEqual([0]);
    },
  );

  it.each(['%zz', '%00'])('is refused where the address is none: %s', async (id) => {
    expect((await browser.get(`/admin/orders/${id}`)).status).toBe(400);
  });
});
