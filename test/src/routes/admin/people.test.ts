import type { Response } from 'supertest';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { User } from '../../../../src/models/User';
import { paths } from '../../../../src/routes/paths';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

const GOOD = {
  role: 'teacher',
  firstName: 'Ada',
  lastName: 'Lovelace',
  email: 'ada@example.test',
  timeZone: 'Europe/London',
};

let before: number[];

const countRows = () => website.countRows('users', 'zoom_audit_logs');

beforeEach(async () => {
  before = await countRows();
});

/** Nothing saved, the errors in words, and everything that was typed still there. */
async function expectShownAgain(answer: Response, typed: Readonly<Record<string, string>>): Promise<string> {
  expect(answer.status).toBe(422);
  expect(await countRows()).toEqual(before);
  const $ = parse(answer);
  const { role, ...texts } = typed;
  for (const [name, value] of Object.entries(texts)) expect([name, $(`#${name}`).attr('value')]).toEqual([name, value]);
  expect($('#role option[selected]').attr('value')).toBe(role);
  const links = $('.summary a').toArray();
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect($($(link).attr('href') ?? '')).toHaveLength(1);
  return $('.summary').text();
}

describe('making people', () => {
  it.each(['teacher', 'student', 'admin'])('makes a %s, audited', async (role) => {
    const email = `new.${role}@example.test`;
    const answer = await browser.submit(paths.people, { ...GOOD, role, email });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe(paths.people);
    expect((await browser.get(paths.people)).text).toContain('Ada Lovelace is here now.');
    expect((await browser.get(paths.people)).text).not.toContain('is here now');
    const user = await User.findOne({ where: { email }, rejectOnEmpty: true });
    expect(user).toMatchObject({
      role,
      firstName: 'Ada',
      lastName: 'Lovelace',
      timeZone: 'Europe/London',
      passwordHash: null,
    });
    const invited = role !== 'student';
    expect((await website.audited()).at(-1)).toBe(invited ? 'user_invited' : 'user_created');
    const mails = await MailDelivery.findAll({ where: { userId: user.id } });
    expect(mails.map(({ kind }) => kind)).toEqual(invited ? ['invitation'] : []);
  });

  it('takes names of everywhere, without the spaces around them', async () => {
    const fields = {
      ...GOOD,
      firstName: ' 李 ',
      lastName: "O'Brien-Åström 👩‍🏫",
      email: ' li@example.test ',
      timeZone: '',
    };
    expect((await browser.submit(paths.people, fields)).status).toBe(303);
    const user = await User.findOne({ where: { email: 'li@example.test' }, rejectOnEmpty: true });
    expect(user).toMatchObject({ firstName: '李', lastName: "O'Brien-Åström 👩‍🏫", timeZone: null });
  });

  it('shows what people are called as text', async () => {
    const firstName = '<script>alert(1)</script>';
    const email = 'script@example.test';
    await browser.submit(paths.people, { ...GOOD, firstName, lastName: '"><img src=x>', email });
    const page = await browser.get(paths.people);
    expect(page.text).not.toContain('<script>');
    expect(page.text).not.toContain('<img');
    expect(parse(page)('.rows').text()).toContain(`${firstName} "><img src=x>`);
    expect(parse(page)('.flash').text()).toContain(firstName);
  });

  it('never shows a password hash', async () => {
    expect((await browser.get(paths.people)).text).not.toContain('argon2');
  });
});

describe('what is wrong with a person', () => {
  it.each([
    ['no first name', { firstName: '  ' }, 'Enter a first name.'],
    ['no last name', { lastName: '' }, 'Enter a last name.'],
    ['no address', { email: '' }, 'Enter an e-mail address'],
    ['no address either', { email: 'ada' }, 'Enter an e-mail address'],
    ['two addresses', { email: 'a@example.test,b@example.test' }, 'Enter an e-mail address'],
    ['a named address', { email: 'Ada <ada@example.test>' }, 'Enter an e-mail address'],
    ['an address with a line break', { email: 'a@example.test\nBcc: b@example.test' }, 'Leave out line breaks'],
    ['an unknown zone', { timeZone: 'Europe/Atlantis' }, 'Enter a time zone'],
    ['an offset for a zone', { timeZone: '+02:00 or so' }, 'Enter a time zone'],
    ['a name that is too long', { firstName: 'x'.repeat(81) }, 'Use at most 80 characters.'],
    ['10 kB', { lastName: 'x'.repeat(10_000) }, 'Use at most 80 characters.'],
    ['an address of 10 kB', { email: `${'x'.repeat(10_000)}@example.test` }, 'Use at most 254 characters.'],
    ['a zone of 10 kB', { timeZone: 'x'.repeat(10_000) }, 'Use at most 64 characters.'],
  ])('is said, and nothing is lost or saved: %s', async (_what, change, message) => {
    const typed = { ...GOOD, email: 'ada.wrong@example.test', ...change };
    expect(await expectShownAgain(await browser.submit(paths.people, typed), typed)).toContain(message);
  });

  it('is said all at once', async () => {
    const typed = { role: 'student', firstName: '', lastName: '', email: 'x', timeZone: 'y' };
    const summary = await expectShownAgain(await browser.submit(paths.people, typed), typed);
    for (const word of ['first name', 'last name', 'e-mail', 'time zone']) expect(summary).toContain(word);
  });

  it.each(['taken@example.test', 'TAKEN@example.test', 'tåken@example.test'])(
    'is an address that is here already: %s',
    async (email) => {
      await browser.submit(paths.people, { ...GOOD, email: 'taken@example.test' });
      before = await countRows();
      const typed = { ...GOOD, email };
      expect(await expectShownAgain(await browser.submit(paths.people, typed), typed)).toContain('here already');
    },
  );

  it('lets one of two who come at once in', async () => {
    const fields = { ...GOOD, email: 'at.once@example.test', _csrf: await browser.token() };
    const body = new URLSearchParams(fields).toString();
    const answers = await Promise.all([1, 2, 3, 4].map(() => browser.submitText(paths.people, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422]);
    expect(await User.count({ where: { email: 'at.once@example.test' } })).toBe(1);
  });

  it.each([
    ['a role there is none of', 'role=owner'],
    ['no role', 'role='],
    ['a list of roles', 'role[]=admin'],
    ['a list for a name', 'firstName[]=x'],
    ['an object for an address', 'email[a]=x'],
    ['a NUL in a name', 'firstName=Ada%00'],
    ['a NUL in an address', 'email=ada%00x%40example.test'],
    ['a NUL in a zone', 'timeZone=Europe%2FLondon%00'],
    ['a line break in a name', 'firstName=Ada%0D%0ABcc%3A+x%40example.test'],
    ['an escape character in an address', 'email=ada%1b%40example.test'],
    ['nothing at all', 'role=&firstName=&lastName=&email='],
  ])('is refused though no browser would send it: %s', async (_what, odd) => {
    const name = odd.slice(0, odd.search(/[=[]/));
    const rest = Object.entries({ ...GOOD, email: 'odd@example.test', _csrf: await browser.token() });
    const body = new URLSearchParams(rest.filter(([field]) => field !== name)).toString();
    const answer = await browser.submitText(
      paths.people,
      odd.includes('&') ? `${odd}&_csrf=${encodeURIComponent(await browser.token())}` : `${body}&${odd}`,
    );
    expect(answer.status).toBe(422);
    expect(answer.text).not.toMatch(/Invalid input|expected/);
    expect(await countRows()).toEqual(before);
  });
});
