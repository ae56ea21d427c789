import { load } from 'cheerio';
import { simpleParser } from 'mailparser';
import { composeMail } from '../../../src/emails/composeMail';
import { MESSAGES } from '../../../src/emails/messages';
import type { ClassMailKind } from '../../../src/domain/mails';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { loadMailClass, loadRecipients } from '../../../src/queries/loadMails';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const APP_URL = 'http://127.0.0.1:3000';
const EARLIER = new Date('2026-11-22T17:00:00Z');
const KINDS: readonly ClassMailKind[] = [
  'class_reminder',
  'early_reminder',
  'guest_invitation',
  'teacher_start',
  'teacher_not_connected',
  'teacher_not_started',
  'rescheduled',
  'reopened',
  'teacher_assigned',
  'teacher_released',
  'cancelled',
  'missed',
];
const TO_TEACHER: readonly ClassMailKind[] = [
  'teacher_start',
  'teacher_not_connected',
  'teacher_not_started',
  'teacher_assigned',
  'teacher_released',
];

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

interface Options {
  readonly title?: string;
  readonly timeZone?: string | null;
  readonly guest?: boolean;
  readonly now?: Date;
}

/** The mail as its reader's program sees it, and the token of its link. */
async function compose(
  kind: ClassMailKind,
  { title = 'Maths 7B', timeZone = 'America/New_York', guest = false, now = EARLIER }: Options = {},
) {
  const buyer = await buildUser('student', { timeZone });
  const order = await buildOrder({ title, userId: buyer.id });
  const startsAt = new Date('2026-11-23T17:00:00Z');
  const classDate = await buildClassDate({ order, startsAt, timeZone: 'Europe/Berlin' });
  const { row, token } = await buildRow(kind, classDate, guest ? null : buyer.id);
  const mail = await composeMail(
    site.deps,
    row,
    await loadMailClass(classDate.id, new Date()),
    (await loadRecipients([row])).get(row.id) ?? fail(),
    now,
  );
  const parsed = await simpleParser(mail.raw);
  return { parsed, html: parsed.html || '', text: parsed.text ?? '', token, classDate };
}

async function buildRow(kind: ClassMailKind, classDate: ClassDate, buyerId: number | null) {
  const ledger = {
    ...{ classDateId: classDate.id, kind, version: 1, state: 'queued' as const, messageKey: `key${classDate.id}` },
    ...{ nextAttemptAt: new Date(), usefulUntil: new Date() },
  };
  if (TO_TEACHER.includes(kind)) {
    const row = await MailDelivery.create({ ...ledger, recipientKey: 'teacher', userId: classDate.teacherId });
    return { row, token: '' };
  }
  const person =
    buyerId === null
      ? { guestId: (await OrderGuest.create({ orderId: classDate.orderId, email: 'g@example.test' })).id }
      : { userId: buyerId };
  const { pass, token } = await buildPass(site.deps.signingKeys, classDate, { ...person, email: 'g@example.test' });
  return { row: await MailDelivery.create({ ...ledger, recipientKey: 'person', passId: pass.id }), token };
}

function fail(): never {
  throw new Error('This mail has no recipient.');
}

it.each(KINDS)('%s: says what it is about in HTML and in plain text, with at most one button', async (kind) => {
  const { parsed, html, text } = await compose(kind);
  const $ = load(html);
  expect(parsed.subject).toContain('Maths 7B');
  expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  expect($('.button').length).toBe(MESSAGES[kind].action === 'none' ? 0 : 1);
  for (const shown of [$('body').text(), text]) {
    expect(shown).toContain('Maths 7B');
    expect(shown).toContain('support@example.test');
  }
  expect(text).toMatch(/^Hello.*,\n\n[A-Z]/);
  const href = $('.button').attr('href');
  if (href !== undefined) expect(text).toContain(href);
});

it.each(KINDS)('%s: looks the same in programs that drop style sheets, and loads nothing', async (kind) => {
  const { html } = await compose(kind);
  const $ = load(html);
  expect($('.header').attr('style')).toMatch(/linear-gradient/);
  expect($('.header').attr('style')).toMatch(/background-color/);
  for (const button of $('.button').get()) expect($(button).attr('style')).toMatch(/background-color/);
  expect($('img, script, link[rel=stylesheet], iframe').length).toBe(0);
  const elsewhere = [...html.matchAll(/https?:\/\/[^"'\s<)]+/g)].map(([url]) => url);
  expect(elsewhere.filter((url) => !url.startsWith(APP_URL))).toEqual([]);
});

it('a reminder and an invitation lead to the person’s own link', async () => {
  const reminder = await compose('class_reminder');
  expect(load(reminder.html)('.button').attr('href')).toBe(
    `${APP_URL}/join/class/${reminder.classDate.id}?token=${reminder.token}`,
  );
  const invitation = await compose('guest_invitation', { guest: true });
  expect(load(invitation.html)('.button').attr('href')).toBe(
    `${APP_URL}/join/class/${invitation.classDate.id}/guest?token=${invitation.token}`,
  );
  for (const { html, text } of [reminder, invitation]) {
    expect(load(html)('.notice').text()).toContain('yours alone');
    expect(text).toContain('yours alone');
  }
});

it('the teacher’s mails carry no pass and no Zoom link', async () => {
  for (const kind of TO_TEACHER) {
    const { html, text } = await compose(kind);
    expect(`${html}${text}`).not.toMatch(/token=|zoom\.us|zak=/);
  }
});

it('names the reader’s zone, and the class’s beside it where its clocks differ', async () => {
  const { text } = await compose('class_reminder');
  expect(text).toContain('Nov 23, 2026 12:00 PM (America/New_York)');
  expect(text).toContain('Nov 23, 2026 6:00 PM (Europe/Berlin)');
  const same = await compose('class_reminder', { timeZone: 'Europe/Paris' });
  expect(same.text).toContain('Nov 23, 2026 6:00 PM (Europe/Paris)');
  expect(same.text).not.toContain('Berlin');
  const unknown = await compose('class_reminder', { timeZone: null });
  expect(unknown.text).toContain('Nov 23, 2026 6:00 PM (Europe/Berlin)');
});

it('shows a title as text, and lets no line break into a header', async () => {
  const { parsed, html } = await compose('class_reminder', {
    title: '<script>alert(1)</script>\r\nBcc: x@example.test',
  });
  expect(html).not.toContain('<script>');
  expect(parsed.headers.has('bcc')).toBe(false);
  expect(parsed.subject).not.toMatch(/[\r\n]/);
});

it('a repeat is the same mail to the byte, but for its date', async () => {
  const { row } = await buildRow('class_reminder', await buildClassDate(), (await buildUser('student')).id);
  const again = async () => {
    const recipient = (await loadRecipients([row])).get(row.id) ?? fail();
    const mailClass = await loadMailClass(row.classDateId ?? fail(), EARLIER);
    const { raw } = await composeMail(site.deps, row, mailClass, recipient, EARLIER);
    return raw.toString().replace(/^Date: .*$/m, '');
  };
  expect(await again()).toEqual(await again());
});

it('a reminder of the day before says the day as its reader would', async () => {
  const subjectAt = async (now: string, timeZone: string) =>
    (await compose('early_reminder', { now: new Date(now), timeZone })).parsed.subject;
  expect(await subjectAt('2026-11-22T17:00:00Z', 'America/New_York')).toBe('Your class is tomorrow - Maths 7B');
  expect(await subjectAt('2026-11-22T17:00:00Z', 'Pacific/Auckland')).toBe('Your class is tomorrow - Maths 7B');
  expect(await subjectAt('2026-11-23T15:00:00Z', 'America/New_York')).toBe('Your class is today - Maths 7B');
  // Five in the morning of the 24th there.
  expect(await subjectAt('2026-11-23T10:30:00Z', 'Asia/Tokyo')).toBe('Your class is tomorrow - Maths 7B');
  expect(await subjectAt('2026-11-20T17:00:00Z', 'America/New_York')).toBe('Your class is on Monday - Maths 7B');
  expect(await subjectAt('2026-11-10T17:00:00Z', 'America/New_York')).toBe('Your class is on Nov 23 - Maths 7B');
});

it('invites a guest early in the name of whoever booked', async () => {
  const { text } = await compose('early_reminder', { guest: true });
  expect(text).toMatch(/invites you to a live class, and it is\s+tomorrow/);
  expect((await compose('early_reminder')).text).toMatch(/Your live class is tomorrow/);
});
