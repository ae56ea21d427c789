import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import type { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { ZoomConnection } from '../../../../src/models/ZoomConnection';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { paths } from '../../../../src/routes/paths';
import { buildAudit } from '../../../factories/audits';
import { buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

/** The clock of the application here; sessions keep to the real one. */
const NOW = new Date('2027-01-15T12:00:00Z');
const TABLES = ['class_dates', 'zoom_secure_tokens', 'workflow_outbox', 'zoom_audit_logs'];

let website: Website;
let browser: Browser;
let order: BookOrder;
let before: number[];

const countRows = () => website.countRows(...TABLES);

beforeAll(async () => {
  website = await startWebsite({ TEMPORAL_UI_URL: 'http://127.0.0.1:8233' }, { clock: { now: () => NOW } });
  const admin = await signedInBrowser(website, 'admin');
  browser = admin.browser;
  await admin.user.update({ timeZone: 'Europe/Berlin' });
  order = await buildOrder({ title: 'Maths 7B', guests: ['mum@example.test', 'dad@example.test'] });
});

afterAll(() => website.close());

beforeEach(async () => {
  before = await countRows();
});

type Fields = Record<string, string>;

const form = (changed: Fields = {}): Fields => ({
  date: '2027-02-01',
  time: '10:00',
  timeZone: 'Europe/Berlin',
  durationMinutes: '60',
  ...changed,
});

const book = (changed: Fields = {}) => browser.submit(paths.orderClassDates(order.id), form(changed));

async function booked(changed: Fields = {}): Promise<{ classDate: ClassDate; page: Response }> {
  const answer = await book(changed);
  expect(answer.status).toBe(303);
  const classDate = await ClassDate.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  expect(answer.headers['location']).toBe(paths.classDate(classDate.id));
  return { classDate, page: await browser.get(paths.classDate(classDate.id)) };
}

/** Nothing saved, every mistake linked to its input, and everything that was typed still there. */
async function expectShownAgain(answer: Response, typed: Fields): Promise<string> {
  expect(answer.status).toBe(422);
  expect(await countRows()).toEqual(before);
  const $ = parse(answer);
  for (const [name, value] of Object.entries(typed)) expect([name, $(`#${name}`).attr('value')]).toEqual([name, value]);
  const links = $('.summary a').toArray();
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) {
    const input = $($(link).attr('href') ?? '');
    expect(input).toHaveLength(1);
    expect(input.attr('aria-invalid')).toBe('true');
  }
  return $('.summary').text();
}

describe('booking a class date', () => {
  it('saves it, a pass for each person, and the word to its workflow, and tells the workflow', async () => {
    const { classDate, page } = await booked();
    expect(classDate).toMatchObject({
      state: 'scheduled',
      localStart: '2027-02-01T10:00',
      timeZone: 'Europe/Berlin',
      durationMinutes: 60,
    });
    expect(classDate.startsAt).toEqual(new Date('2027-02-01T09:00:00Z'));
    expect((await countRows()).map((count, index) => count - (before[index] ?? 0))).toEqual([1, 3, 1, 2]);
    expect(website.temporal.hints).toContain(`${classDate.id}: booked`);
    const flash = parse(page)('.flash').text();
    expect(flash).toContain('The class is booked.');
    expect(flash).toContain('The teacher has not connected Zoom.');
    expect(flash).not.toContain('clock');
    expect((await browser.get(paths.order(order.id))).text).toContain(`href="${paths.classDate(classDate.id)}"`);
    expect((await browser.get(paths.admin)).text).toContain(`href="${paths.classDate(classDate.id)}"`);
  });

  it.each(['1', '1440', ' 90 '])('takes %s minutes', async (durationMinutes) => {
    expect((await booked({ durationMinutes })).classDate.durationMinutes).toBe(Number(durationMinutes));
  });

  it('moves a time that the clock jumps over forward, and says so', async () => {
    const { classDate, page } = await booked({ date: '2027-03-28', time: '02:30' });
    expect(classDate.startsAt).toEqual(new Date('2027-03-28T01:30:00Z'));
    expect(classDate.localStart).toBe('2027-03-28T03:30');
    expect(parse(page)('.flash').text()).toContain('jumps over 02:30; the class is at 03:30 instead.');
    expect(parse(page)('.facts').first().text()).toContain('Mar 28, 2027 3:30 AM (Europe/Berlin)');
    // It stays there for whoever comes later, for as long as the class is at that time.
    const facts = async () =>
      parse(await browser.get(paths.classDate(classDate.id)))('.facts')
        .first()
        .text();
    expect(await facts()).toContain('jumps over 02:30; the class is at 03:30 instead.');
    await classDate.update({ localStart: '2027-04-02T10:00', startsAt: new Date('2027-04-02T08:00:00Z') });
    expect(await facts()).not.toContain('jumps over');
  });

  it('takes the first of a time that the clock shows twice, and says so', async () => {
    const { classDate, page } = await booked({ date: '2027-10-31', time: '02:30' });
    expect(classDate.startsAt).toEqual(new Date('2027-10-31T00:30:00Z'));
    expect(classDate.localStart).toBe('2027-10-31T02:30');
    expect(parse(page)('.flash').text()).toContain('shows 02:30 twice; the class is at the first.');
    const again = parse(await browser.get(paths.classDate(classDate.id)));
    expect(again('.facts').first().text()).toContain('shows 02:30 twice; the class is at the first.');
  });

  it('warns of a Basic host when the class is longer than Zoom lets it run', async () => {
    await ZoomConnection.upsert({ userId: order.teacherId, state: 'connected', licensed: false, version: 1 });
    expect(parse((await booked({ date: '2027-02-03', durationMinutes: '41' })).page)('.flash').text()).toContain(
      'after 40 minutes',
    );
    expect(parse((await booked({ date: '2027-02-04', durationMinutes: '40' })).page)('.flash').text()).toBe(
      'The class is booked.',
    );
    await ZoomConnection.destroy({ where: { userId: order.teacherId } });
  });
});

describe('what is wrong with a booking', () => {
  const duration = 'as a whole number of minutes, from 1 to 1440';
  const dayAndTime = 'Enter the day and the time';
  it.each([
    ['the past', { date: '2027-01-15', time: '12:59' }, 'This is in the past.'],
    ['this very minute', { date: '2027-01-15', time: '13:00' }, 'This is in the past.'],
    ['a year with a slip', { date: '2207-02-01' }, 'more than ten years away'],
    [
      'the last hour of all years',
      { date: '9999-12-31', time: '23:30', timeZone: 'America/New_York' },
      'more than ten years away',
    ],
    ['no day', { date: '' }, dayAndTime],
    ['no time', { time: '' }, dayAndTime],
    ['a day there is none of', { date: '2027-02-30' }, dayAndTime],
    ['an hour there is none of', { time: '25:00' }, dayAndTime],
    ['a day in words', { date: 'tomorrow' }, dayAndTime],
    ['an unknown zone', { timeZone: 'Europe/Atlantis' }, '“Europe/Atlantis” is no time zone we know.'],
    ['no zone', { timeZone: '' }, 'no time zone we know'],
    ['a zone of 10 kB', { timeZone: 'x'.repeat(10_000) }, 'Use at most 64 characters.'],
    ['a zone of markup', { timeZone: '<script>alert(1)</script>' }, '<script>alert(1)</script>'],
    ['no duration', { durationMinutes: '' }, duration],
    ['a duration in words', { durationMinutes: 'an hour' }, duration],
    ['no minutes', { durationMinutes: '0' }, duration],
    ['fewer than none', { durationMinutes: '-5' }, duration],
    ['half a minute', { durationMinutes: '59.5' }, duration],
    ['another notation', { durationMinutes: '6e1' }, duration],
    ['more than a day', { durationMinutes: '1441' }, duration],
    ['more than any number', { durationMinutes: '9'.repeat(400) }, 'Use at most 20 characters.'],
  ])('is said, and nothing is lost or saved: %s', async (_what, changed: Fields, message) => {
    const typed = form(changed);
    const answer = await book(changed);
    expect(await expectShownAgain(answer, typed)).toContain(message);
    expect(answer.text).not.toContain('<script>');
  });

  it('is said all at once', async () => {
    const typed = { date: '', time: '', timeZone: 'Mars', durationMinutes: 'long' };
    const summary = await expectShownAgain(await book(typed), typed);
    for (const text of [dayAndTime, '“Mars”', duration]) expect(summary).toContain(text);
  });

  it.each([
    'date[]=2027-02-01',
    'time[a]=10:00',
    'timeZone[]=UTC',
    'durationMinutes[]=60',
    'timeZone=UTC%00',
    'date=2027-02-01%00',
  ])('is refused though no browser would send it: %s', async (odd) => {
    const rest = new URLSearchParams({ ...form(), _csrf: await browser.token() });
    rest.delete(odd.slice(0, odd.search(/[=[]/)));
    const answer = await browser.submitText(paths.orderClassDates(order.id), `${rest.toString()}&${odd}`);
    expect(answer.status).toBe(422);
    expect(answer.text).not.toMatch(/Invalid input|expected/);
    expect(await countRows()).toEqual(before);
  });
});

describe('the page of a class date', () => {
  it('shows people, mails, the meeting, the workflow, and the state; and none of the secrets', async () => {
    const { classDate } = await booked();
    const [pass] = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
    await pass?.update({ usedAt: NOW, linkQuality: 'registrant' });
    const meeting = await buildMeeting(website.deps.encryption, classDate, {
      joinUrl: 'https://zoom.us/j/1?pwd=secret',
    });
    const mail = { classDateId: classDate.id, version: 1, nextAttemptAt: NOW, usefulUntil: NOW };
    await MailDelivery.bulkCreate([
      {
        ...mail,
        recipientKey: 'one',
        passId: pass?.id ?? null,
        kind: 'class_reminder',
        state: 'sent',
        sentAt: NOW,
        messageKey: randomBytes(16).toString('hex'),
      },
      {
        ...mail,
        recipientKey: 'two',
        userId: classDate.teacherId,
        kind: 'teacher_start',
        state: 'bounced',
        lastError: '550 no such mailbox',
        messageKey: randomBytes(16).toString('hex'),
      },
    ]);
    await classDate.update({ state: 'preparing', stateReason: 'zoom_unreachable' });
    const page = await browser.get(paths.classDate(classDate.id));
    const $ = parse(page);
    expect($('h1').text()).toContain('Room is being made');
    expect($('main').text()).toContain('Zoom does not answer. It is tried again.');
    const text = $('main').text();
    for (const word of ['mum@example.test', 'dad@example.test', 'claimed', 'not used yet', 'registrant link'])
      expect(text).toContain(word);
    for (const word of ['Reminder', 'sent', 'Way to start', 'refused', '550 no such mailbox'])
      expect(text).toContain(word);
    expect(text).toContain(String(meeting.meetingId));
    expect(text).toContain('Class booked');
    expect($('a[href^="http://127.0.0.1:8233/"]').attr('href')).toContain(String(classDate.id));
    expect($('script[data-seconds]').length).toBe(1);
    for (const secret of ['pwd=secret', pass?.token ?? '', String(meeting.joinUrlEncrypted)])
      expect(page.text).not.toContain(secret);
  });

  it.each([
    ['cancelled', 'Cancelled'],
    ['missed', 'Missed'],
    ['live', 'Live'],
    ['ready', 'Room is open'],
  ] as const)('shows a class that is %s', async (state, words) => {
    const { classDate } = await booked();
    await classDate.update({ state });
    const $ = parse(await browser.get(paths.classDate(classDate.id)));
    expect($('h1 .tag').text()).toBe(words);
    const over = state === 'cancelled' || state === 'missed';
    expect($('script[data-seconds]').length).toBe(over ? 0 : 1);
  });

  it('shows names, titles and what Zoom or a mail server said as text', async () => {
    const evil = '<script>alert(1)</script>';
    const teacher = await buildUser('teacher', { firstName: evil, lastName: evil });
    const odd = await buildOrder({ title: evil, teacherId: teacher.id });
    const answer = await browser.submit(paths.orderClassDates(odd.id), form());
    const path = answer.headers['location'] ?? '';
    const classDateId = Number(path.split('/').at(-1));
    await MailDelivery.create({
      ...{
        classDateId,
        recipientKey: 'x',
        kind: 'cancelled',
        version: 1,
        state: 'failed',
        messageKey: randomBytes(16).toString('hex'),
      },
      ...{ nextAttemptAt: NOW, usefulUntil: NOW, lastError: evil },
    });
    for (const page of [await browser.get(path), await browser.get(paths.admin), await browser.get(paths.orders)]) {
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(evil);
      expect(parse(page)('main').text()).toContain(evil);
    }
  });
});

it('the page of a class says when its room was made, and how much later than it could have been', async () => {
  const { classDate } = await booked({ date: '2027-02-20' });
  const made = async (at: string, generation: number) => {
    const isCurrent = generation === 1 ? true : null;
    const { id } = await buildMeeting(website.deps.encryption, classDate, { generation, isCurrent });
    const when = { createdAt: new Date(`2027-02-20T${at}Z`) };
    await buildAudit('meeting_created', { entityType: 'zoom_meeting', entityId: id, ...when });
    const timeline = parse(await browser.get(paths.classDate(classDate.id)))('dt:contains("Room made") + dd');
    return timeline.text();
  };
  // It opens half an hour before nine, UTC.
  expect(await made('08:42:30', 1)).toMatch(/9:42 AM.*, 12 min late$/);
  // Asked for later, it is not late.
  const asked = { createdAt: new Date('2027-02-20T08:50:00Z') };
  await buildAudit('teacher_changed', { entityType: 'class_date', entityId: classDate.id, ...asked });
  expect(await made('08:50:20', 2)).toMatch(/9:50 AM[^,]*$/);
});
