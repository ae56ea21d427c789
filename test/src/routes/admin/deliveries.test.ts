import type { MailState } from '../../../../src/domain/mails';
import { addMinutes } from '../../../../src/domain/clock';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildMail } from '../../../factories/mails';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

let people = 0;

/** A class with its buyer's pass and a reminder in that state. */
async function buildDelivery(state: MailState, fields: Partial<MailDelivery> = {}, ofClass: Partial<ClassDate> = {}) {
  people += 1;
  const student = await buildUser('student', { lastName: `Unmistakable${people}`, email: `a${people}@mails.test` });
  const order = await buildOrder({ userId: student.id });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 20), state: 'ready', ...ofClass });
  const person = { userId: student.id, email: student.email };
  const { pass } = await buildPass(website.deps.signingKeys, classDate, person);
  const mail = await buildMail(classDate, pass, { state, ...fields });
  return { student, classDate, pass, mail };
}

const list = (query = '') => browser.get(`${paths.deliveries}${query}`);
const rowsOf = ({ id }: ClassDate) => MailDelivery.findAll({ where: { classDateId: id }, order: ['id'] });
const resent = () => ZoomAuditLog.count({ where: { action: 'mail_resent' } });

describe('the list', () => {
  it('says of each mail what it is, to whom, how it stands and why', async () => {
    const lastError = 'the mail server refused it (550)';
    const { student, classDate } = await buildDelivery('bounced', { lastError });
    const $ = parse(await list(`?class=${classDate.id}`));
    const row = $('.rows:last > li').text();
    for (const text of ['Reminder', student.email, 'Maths 7B', 'refused', lastError, 'Correct the address']) {
      expect(row).toContain(text);
    }
    expect($(`a[href="${paths.classDate(classDate.id)}"]`)).toHaveLength(1);
  });

  it('does not send whoever looks at a mail that an outage has lost after its address', async () => {
    const lastError = 'the mail server did not answer; by the next try it would no longer help';
    const { classDate } = await buildDelivery('failed', { lastError });
    const row = parse(await list(`?class=${classDate.id}`))('.rows:last > li').text();
    expect(row).toContain(`Why: ${lastError}. Once that is mended, send it again.`);
  });

  it('has no advice for a mail that cannot be sent again, or whose reader is gone', async () => {
    const whyOf = async ({ id }: ClassDate) =>
      parse(await list(`?class=${id}`))('.rows:last .why')
        .last()
        .text();
    const lastError = 'the mail server did not answer; the class was over before the mail went out';
    const over = await buildDelivery('failed', { lastError }, { state: 'settled' });
    expect(await whyOf(over.classDate)).toBe(`Why: ${lastError}. The class is over.`);
    const former = await buildDelivery('bounced', { lastError: 'refused', toEmail: 'former@mails.test' });
    expect(await whyOf(former.classDate)).toBe('Why: refused.');
    const gone = await buildDelivery('failed', { lastError: 'the person no longer exists', passId: null });
    expect(await whyOf(gone.classDate)).toBe('Why: the person no longer exists.');
  });

  it('counts by state, and shows a state, a kind or a day alone', async () => {
    const { classDate, pass } = await buildDelivery('sent');
    // Noon: the same day in the admin's zone.
    const date = new Date(Date.now() - 3 * 24 * 60 * 60_000).toISOString().slice(0, 10);
    const day = new Date(`${date}T12:00:00Z`);
    await buildMail(classDate, pass, { kind: 'new_link', state: 'queued', createdAt: day, nextAttemptAt: day });
    const shown = async (query: string) => {
      const $ = parse(await list(`?class=${classDate.id}${query}`));
      return $('.rows:last > li strong')
        .map((_, line) => $(line).text())
        .get();
    };
    expect(await shown('')).toEqual(['Link sent again', 'Reminder']);
    expect(await shown('&state=waiting')).toEqual(['Link sent again']);
    expect(await shown('&kind=class_reminder')).toEqual(['Reminder']);
    expect(await shown(`&day=${date}`)).toEqual(['Link sent again']);
    const $ = parse(await list(`?class=${classDate.id}&state=waiting`));
    expect($('h2').text()).toContain('2 mails');
    expect($('.rows a[href*="state=sent"]').parent().find('.tag').text()).toBe('1');
  });

  it('goes on page by page', async () => {
    const { classDate, pass } = await buildDelivery('sent');
    for (let copy = 1; copy <= 50; copy += 1) await buildMail(classDate, pass, { copy });
    const first = parse(await list(`?class=${classDate.id}`));
    expect(first('.rows:last > li')).toHaveLength(50);
    const second = parse(await browser.get(first('a[rel=next]').attr('href') ?? ''));
    expect(second('.rows:last > li')).toHaveLength(1);
    expect(second('a[rel=next]')).toHaveLength(0);
    expect(second('a[rel=prev]')).toHaveLength(1);
  });

  it('finds a person by name or address, and keeps both out of the URL', async () => {
    const { student } = await buildDelivery('sent');
    for (const person of [student.lastName, student.email]) {
      const answer = await browser.submit(paths.deliveries, { person });
      expect([answer.status, answer.headers['location']]).toEqual([303, `${paths.deliveries}?to=user%3A${student.id}`]);
    }
    const $ = parse(await list(`?to=user:${student.id}`));
    expect($('#filter').text()).toContain(student.fullName);
    expect($('.rows:last > li')).toHaveLength(1);
    const several = await browser.submit(paths.deliveries, { person: 'mails.test' });
    expect([several.status, parse(several)('form.card .rows li').length > 1]).toEqual([200, true]);
    expect((await browser.submit(paths.deliveries, { person: 'nobody at all' })).status).toBe(422);
  });

  it.each(['?class=x', '?state=lost', '?kind=letter', '?to=a@b.c', '?day=tomorrow', '?page=0'])(
    'refuses %s in words',
    async (query) => {
      const answer = await list(query);
      expect([answer.status, parse(answer)('[role=alert]').length]).toEqual([400, 1]);
    },
  );

  it('is for admins', async () => {
    const { browser: teacher } = await signedInBrowser(website, 'teacher');
    expect((await teacher.get(paths.deliveries)).status).toBe(403);
  });
});

describe('sending again', () => {
  it.each(['bounced', 'failed', 'skipped', 'unknown'] as const)(
    'a mail that is %s goes out anew under another Message-ID, once however often it is pressed',
    async (state) => {
      const { classDate, mail } = await buildDelivery(state, { attempts: 3, lastError: 'no' });
      const before = await resent();
      await Promise.all([1, 2, 3].map(() => browser.submit(paths.deliveryResend(mail.id))));
      const [row, ...others] = await rowsOf(classDate);
      expect(others).toEqual([]);
      expect(row).toMatchObject({ state: 'queued', copy: 1, attempts: 0, lastError: null });
      expect(row?.messageKey).not.toBe(mail.messageKey);
      expect(await resent()).toBe(before + 1);
      expect(website.temporal.hints.filter((hint) => hint === `${classDate.id}: mail sent again`)).toHaveLength(1);
    },
  );

  it('a mail that was sent asks first, then goes out as one copy, never two', async () => {
    const { classDate, mail } = await buildDelivery('sent');
    const asked = await browser.submit(paths.deliveryResend(mail.id));
    expect([asked.status, asked.headers['location']]).toEqual([303, paths.deliveryResend(mail.id)]);
    expect(await rowsOf(classDate)).toHaveLength(1);
    expect(parse(await browser.get(paths.deliveryResend(mail.id)))('main').text()).toContain('second time');
    await Promise.all([1, 2, 3].map(() => browser.submit(paths.deliveryResend(mail.id), { again: '1' })));
    const rows = await rowsOf(classDate);
    expect(rows.map(({ copy, state }) => [copy, state])).toEqual([
      [0, 'sent'],
      [1, 'queued'],
    ]);
  });

  it('what is on its way, no longer true or too late is left alone, and says why', async () => {
    const soon = { startsAt: addMinutes(new Date(), 20) };
    const cases = [
      [await buildDelivery('queued'), 'on its way already'],
      [await buildDelivery('failed', {}, { state: 'cancelled' }), 'class is cancelled'],
      [await buildDelivery('failed', {}, { state: 'settled' }), 'class is over'],
      [await buildDelivery('failed', { version: 1 }, { ...soon, scheduleVersion: 2 }), 'has been moved since'],
      [await buildDelivery('failed', {}, { startsAt: addMinutes(new Date(), -600) }), 'too late'],
      [await buildDelivery('failed', { kind: 'cancelled' }), 'no longer true'],
    ] as const;
    for (const [{ mail, classDate }, why] of cases) {
      const before = mail.state;
      await browser.submit(paths.deliveryResend(mail.id));
      expect((await list()).text).toContain(why);
      expect(await rowsOf(classDate)).toHaveLength(1);
      expect((await mail.reload()).state).toBe(before);
    }
  });

  it('all of a class that failed go out at one press; what arrived, or was left out on purpose, does not', async () => {
    const { classDate, pass } = await buildDelivery('sent');
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email: 'g@mails.test' });
    const other = await buildPass(website.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
    await buildMail(classDate, pass, { kind: 'new_link', state: 'bounced' });
    await buildMail(classDate, other.pass, { kind: 'guest_invitation', state: 'unknown' });
    await buildMail(classDate, other.pass, { kind: 'rescheduled', state: 'skipped' });
    const $ = parse(await list(`?class=${classDate.id}`));
    expect($('button').text()).toContain('all that failed (2)');
    const ofOneKind = parse(await list(`?class=${classDate.id}&kind=new_link`));
    expect(ofOneKind('button').text()).not.toContain('all that failed');
    await browser.submit(paths.deliveriesFailed, { class: String(classDate.id) });
    expect((await rowsOf(classDate)).map(({ state }) => state)).toEqual(['sent', 'queued', 'queued', 'skipped']);
    expect((await browser.submit(paths.deliveriesFailed)).status).toBe(404);
  });

  it('stops after five times within the hour', async () => {
    const { mail } = await buildDelivery('failed');
    for (let time = 0; time < 5; time += 1) {
      await browser.submit(paths.deliveryResend(mail.id));
      await mail.reload();
      expect(mail.state).toBe('queued');
      await mail.update({ state: 'failed' });
    }
    await browser.submit(paths.deliveryResend(mail.id));
    expect((await list()).text).toContain('several times within the hour');
    expect((await mail.reload()).state).toBe('failed');
  });
});

it('the page of a class says which mails are still to come, and for how many', async () => {
  const { classDate } = await buildDelivery('sent', { kind: 'early_reminder', minutesBefore: 1440 });
  await classDate.update({ startsAt: addMinutes(new Date(), 600), furtherReminders: '1440,120', state: 'scheduled' });
  const $ = parse(await browser.get(paths.classDate(classDate.id)));
  const coming = $('h3:contains("Still to come") + ul li')
    .map((_, line) => $(line).text())
    .get();
  expect(coming).toHaveLength(3);
  expect(coming[0]).toMatch(/Early reminder, 2 h before.*1 person/);
  expect(coming.join()).toMatch(/Reminderby .*\(Europe\/Berlin\)1 person/);
});
