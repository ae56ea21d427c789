import { randomBytes } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { toldColumns } from '../../../src/commands/toldColumns';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassMailKind } from '../../../src/domain/mails';
import { composeMail } from '../../../src/emails/composeMail';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import type { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { presentClassCalendar } from '../../../src/presenters/classCalendar';
import { loadMailClass, loadRecipients } from '../../../src/queries/loadMails';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { CalendarStore, readCalendarFile } from '../../support/calendarStore';
import { startMailSite, type MailSite } from '../../support/mailSite';

const STARTS_AT = new Date('2027-03-28T08:00:00Z');

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

interface Booked {
  readonly classDate: ClassDate;
  readonly pass: ZoomSecureToken;
  readonly token: string;
}

async function book(email: string): Promise<Booked> {
  const buyer = await buildUser('student', { email });
  const order = await buildOrder({ userId: buyer.id, title: 'Déjà vu; lesson 2, part\\3' });
  const classDate = await buildClassDate({ order, startsAt: STARTS_AT, durationMinutes: 45 });
  return { classDate, ...(await buildPass(site.deps.signingKeys, classDate, { userId: buyer.id, email })) };
}

let minute = 0;

function buildMail({ classDate, pass }: Booked, kind: ClassMailKind, recipientKey?: string): Promise<MailDelivery> {
  minute += 1;
  return MailDelivery.create({
    ...{ classDateId: classDate.id, passId: pass.id, kind, version: classDate.scheduleVersion, state: 'queued' },
    ...{ recipientKey: recipientKey ?? `person${minute}`, messageKey: randomBytes(16).toString('hex') },
    ...{ createdAt: addMinutes(new Date(), minute), nextAttemptAt: new Date(), usefulUntil: new Date() },
  });
}

/** The calendar part of a new mail of that kind, and the whole of it as it arrives. */
async function mailOf(booked: Booked, kind: ClassMailKind, recipientKey?: string) {
  const row = await buildMail(booked, kind, recipientKey);
  const mailClass = await loadMailClass(booked.classDate.id, new Date());
  const recipient = (await loadRecipients([row])).get(row.id);
  if (!recipient) throw new Error('This mail has no recipient.');
  const { raw } = await composeMail(site.deps, row, mailClass, recipient, new Date());
  return { raw: raw.toString(), attached: (await simpleParser(raw)).attachments };
}

/** The file in the mail, which stands in it twice: for programs that act on it, and for those that open files. */
async function fileOf(booked: Booked, kind: ClassMailKind, recipientKey?: string): Promise<string> {
  const { attached } = await mailOf(booked, kind, recipientKey);
  expect(attached.map(({ contentType }) => contentType)).toEqual(['text/calendar', 'application/ics']);
  const [acted, opened] = attached.map(({ content }) => content.toString());
  expect(opened).toBe(acted);
  return acted ?? '';
}

it('a request, a change and a cancelling are one entry, with the right instants at each step', async () => {
  const booked = await book('calendar-one@example.test');
  const { classDate } = booked;
  const calendar = new CalendarStore();
  calendar.import(await fileOf(booked, 'early_reminder'));
  calendar.import(await fileOf(booked, 'class_reminder'));
  expect(calendar.only()).toMatchObject({
    ...{ startsAt: STARTS_AT, endsAt: addMinutes(STARTS_AT, 45), status: 'CONFIRMED' },
    summary: 'Déjà vu; lesson 2, part\\3',
    location: `http://127.0.0.1:3000/join/class/${classDate.id}?token=${booked.token}`,
  });
  const stale = await fileOf(booked, 'class_reminder');
  await classDate.update({ startsAt: addMinutes(STARTS_AT, 90), scheduleVersion: 2 });
  calendar.import(await fileOf(booked, 'rescheduled'));
  calendar.import(stale);
  expect(calendar.only()).toMatchObject({ startsAt: addMinutes(STARTS_AT, 90), endsAt: addMinutes(STARTS_AT, 135) });
  calendar.import(await fileOf(booked, 'cancelled'));
  expect(calendar.only()).toMatchObject({ status: 'CANCELLED', startsAt: addMinutes(STARTS_AT, 90) });
  await classDate.update({ scheduleVersion: 3 });
  calendar.import(await fileOf(booked, 'rescheduled'));
  expect(calendar.only()).toMatchObject({ status: 'CONFIRMED', uid: calendar.only().uid });
});

it.each(['cancelled', 'teacher_released'] as const)(
  '%s: takes away the entry of the time that its reader knows, though the class was moved meanwhile',
  async (kind) => {
    const booked = await book(`calendar-${kind}@example.test`);
    const { classDate } = booked;
    const row = await buildMail(booked, 'class_reminder', 'reader');
    await row.update({ state: 'sent', ...toldColumns(classDate, new Date()) });
    await classDate.update({ startsAt: addMinutes(STARTS_AT, 90), durationMinutes: 30, scheduleVersion: 2 });
    const { method, entry } = readCalendarFile(await fileOf(booked, kind, 'reader'));
    expect(method).toBe('CANCEL');
    expect([entry.startsAt, entry.endsAt]).toEqual([STARTS_AT, addMinutes(STARTS_AT, 45)]);
  },
);

it('names its sender and its reader, asks for no answer, and says the method where programs look for it', async () => {
  const booked = await book('calendar-two@example.test');
  const { raw } = await mailOf(booked, 'class_reminder');
  expect(raw).toMatch(/^Content-Type: text\/calendar; charset=utf-8; method=REQUEST/m);
  const file = await fileOf(booked, 'class_reminder');
  expect(readCalendarFile(file)).toMatchObject({
    method: 'REQUEST',
    organizer: `mailto:${site.deps.config.mailFrom.address}`,
    attendees: ['mailto:calendar-two@example.test'],
  });
  expect(file.replaceAll('\r\n ', '')).toMatch(/^ATTENDEE;.*RSVP=FALSE/m);
  expect(readCalendarFile(await fileOf(booked, 'cancelled')).method).toBe('CANCEL');
  expect(file).not.toMatch(/zoom/i);
});

it('is the entry of the file on the join page', async () => {
  const booked = await book('calendar-three@example.test');
  const { classDate } = booked;
  const { uid } = readCalendarFile(await fileOf(booked, 'class_reminder')).entry;
  const host = new URL(site.deps.config.appUrl).hostname;
  const { randomKey: classKey, startsAt, durationMinutes, scheduleVersion } = classDate;
  const entry = { title: '', teacherName: '', classKey, startsAt, durationMinutes, scheduleVersion, joinUrl: '', host };
  expect(readCalendarFile(presentClassCalendar(entry, new Date())).entry.uid).toBe(uid);
});

it('stays out of mails about what is over or is not theirs to plan', async () => {
  const booked = await book('calendar-four@example.test');
  for (const kind of ['missed', 'teacher_not_connected', 'teacher_not_started'] as const) {
    expect((await mailOf(booked, kind)).attached).toEqual([]);
  }
});
