import type { Response } from 'supertest';
import { addMinutes } from '../../../../src/domain/clock';
import type { ClassDate } from '../../../../src/models/ClassDate';
import type { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { User } from '../../../../src/models/User';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildMail } from '../../../factories/mails';
import { buildMeeting } from '../../../factories/meetings';
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

/** A class of tomorrow with a student called Ann Archer. */
async function build(fields: Parameters<typeof buildClassDate>[0] = {}) {
  const student = await buildUser('student', { firstName: 'Ann', lastName: 'Archer' });
  const teacher = await buildUser('teacher', { firstName: 'Tom', lastName: 'Teacher' });
  const order = await buildOrder({ userId: student.id, teacherId: teacher.id });
  const startsAt = addMinutes(new Date(), 24 * 60);
  startsAt.setUTCSeconds(0, 0);
  const classDate = await buildClassDate({ order, startsAt, ...fields });
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  return { classDate, pass, order };
}

/** Ann has been told of the class as it is. */
function tell(classDate: ClassDate, pass: ZoomSecureToken) {
  const { startsAt, durationMinutes, teacherId } = classDate;
  const told = { toldAt: new Date(), toldStartsAt: startsAt, toldDurationMinutes: durationMinutes };
  return buildMail(classDate, pass, { ...told, toldTeacherId: teacherId, toldOff: false });
}

/** What a form sends that nothing was typed into, with these typed. */
async function fill(path: string, typed: Record<string, string> = {}): Promise<Record<string, string>> {
  const $ = parse(await browser.get(path));
  const inputs = $('main form input').not('[name=_csrf], [type=checkbox]:not([checked])').get();
  const sent = inputs.map((input): [string, string] => [$(input).attr('name') ?? '', $(input).attr('value') ?? '']);
  return { ...Object.fromEntries(sent), ...typed };
}

const submit = async (path: string, typed: Record<string, string> = {}) =>
  browser.submit(path, await fill(path, typed));

const textOf = (page: Response) => parse(page)('main').text();

async function flashAt(path: string): Promise<string> {
  return parse(await browser.get(path))('.flash').text();
}

it('the class’s page leads to what can be done to it in its state', async () => {
  const { classDate } = await build();
  const links = async () => {
    const $ = parse(await browser.get(paths.classDate(classDate.id)));
    return $('.buttons .button')
      .get()
      .map((link) => $(link).text());
  };
  expect(await links()).toEqual(['Reschedule', 'Substitute teacher', 'Cancel']);
  await classDate.update({ state: 'cancelled' });
  expect(await links()).toEqual(['Reopen']);
  const page = await browser.get(paths.classDateCancellation(classDate.id));
  expect(textOf(page)).toContain('That cannot be done to a class in this state.');
  expect(parse(page)('main form')).toHaveLength(0);
});

describe('each page says whom and what it touches', () => {
  const PAGES = [
    { path: paths.classDateSchedule, news: 'what is new', room: 'moved at Zoom' },
    { path: paths.classDateTeacher, news: 'who the teacher is', room: 'former teacher’s Zoom account' },
    { path: paths.classDateCancellation, news: 'that it is cancelled', room: 'deleted at Zoom' },
  ];

  it.each(PAGES)('$news', async ({ path, news, room }) => {
    const { classDate, pass } = await build({ state: 'ready' });
    const before = textOf(await browser.get(path(classDate.id)));
    expect(before).not.toContain('Ann Archer');
    expect(before).not.toContain(room);
    await tell(classDate, pass);
    await buildMeeting(website.deps.encryption, classDate);
    const after = textOf(await browser.get(path(classDate.id)));
    expect(after).toContain('Ann Archer');
    expect(after).toContain(`will be mailed ${news}`);
    expect(after).toContain(room);
    await pass.update({ revokedAt: new Date() });
    expect(textOf(await browser.get(path(classDate.id)))).not.toContain('Ann Archer');
  });

  it('the former teacher hears of a substitute in any case, and of nothing else they were never told of', async () => {
    const { classDate } = await build();
    const names = async (path: string) => parse(await browser.get(path))('.does').text();
    expect(await names(paths.classDateTeacher(classDate.id))).toContain('Tom Teacher will be mailed');
    expect(await names(paths.classDateCancellation(classDate.id))).toContain('Nobody is mailed');
  });

  it('whoever was told that it is cancelled hears that it takes place', async () => {
    const { classDate, pass } = await build({ state: 'cancelled' });
    const path = paths.classDateReopening(classDate.id);
    const mail = await tell(classDate, pass);
    expect(textOf(await browser.get(path))).toContain('Nobody is mailed');
    await mail.update({ toldOff: true });
    expect(textOf(await browser.get(path))).toContain('Ann Archer will be mailed that it takes place');
  });
});

describe('pressing the button', () => {
  it('moves the class', async () => {
    const { classDate } = await build();
    const path = paths.classDateSchedule(classDate.id);
    const answer = await submit(path, { time: '07:15', timeZone: 'Europe/Berlin', durationMinutes: '45' });
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.classDate(classDate.id)]);
    expect(await classDate.reload()).toMatchObject({ timeZone: 'Europe/Berlin', durationMinutes: 45, version: 2 });
    expect(classDate.localStart).toMatch(/T07:15$/);
    const flash = await flashAt(paths.classDate(classDate.id));
    expect(flash).toContain('The class is changed.');
    expect(flash).toContain('The teacher has not connected Zoom.');
    expect(website.temporal.hints).toContain(`${classDate.id}: rescheduled`);
  });

  it('gives it to another teacher, cancels it, and has it take place after all', async () => {
    const { classDate } = await build();
    const { id: teacherId } = await buildUser('teacher');
    await submit(paths.classDateTeacher(classDate.id), { teacherId: String(teacherId) });
    expect((await classDate.reload()).teacherId).toBe(teacherId);
    await submit(paths.classDateCancellation(classDate.id));
    expect((await classDate.reload()).state).toBe('cancelled');
    await submit(paths.classDateReopening(classDate.id));
    expect(await classDate.reload()).toMatchObject({ state: 'scheduled', cancelledAt: null });
  });

  it('twice does it once', async () => {
    const { classDate } = await build();
    const path = paths.classDateCancellation(classDate.id);
    const form = await fill(path);
    const before = (await website.audited()).length;
    const answers = await Promise.all([browser.submit(path, form), browser.submit(path, form)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect((await website.audited()).slice(before)).toEqual(['class_cancelled']);
    expect((await classDate.reload()).version).toBe(2);
  });

  it('mails those it concerns, unless the box is cleared', async () => {
    const { classDate, pass } = await build();
    await tell(classDate, pass);
    const path = paths.classDateCancellation(classDate.id);
    const { notify, ...quiet } = await fill(path);
    expect(notify).toBe('yes');
    await browser.submit(path, quiet);
    expect(await website.countRows("mail_deliveries WHERE last_error LIKE 'kept quiet%'")).toEqual([1]);
  });

  it('asks to be told that it is meant, when people are in the room', async () => {
    const { classDate } = await build({ state: 'live' });
    const path = paths.classDateCancellation(classDate.id);
    const answer = await submit(path);
    expect(answer.status).toBe(422);
    expect(parse(answer)('.summary a').attr('href')).toBe('#force');
    expect(parse(answer)('#force').attr('aria-describedby')).toBe('force-error');
    expect((await classDate.reload()).state).toBe('live');
    await submit(path, { force: 'yes' });
    expect((await classDate.reload()).state).toBe('cancelled');
  });
});

describe('what is wrong', () => {
  it('is said beside the fields, with everything that was typed', async () => {
    const { classDate } = await build();
    const typed = { date: '2020-01-01', timeZone: 'Mars', durationMinutes: 'long' };
    const answer = await submit(paths.classDateSchedule(classDate.id), typed);
    expect(answer.status).toBe(422);
    const $ = parse(answer);
    for (const [name, value] of Object.entries(typed))
      expect([name, $(`#${name}`).attr('value')]).toEqual([name, value]);
    const linked = $('.summary a').get().map((link) => $(link).attr('href')); // prettier-ignore
    expect(linked).toEqual(expect.arrayContaining(['#timeZone', '#durationMinutes']));
    for (const href of linked) expect($(href ?? '').attr('aria-invalid')).toBe('true');
    expect((await classDate.reload()).version).toBe(1);
  });

  it.each(['', '1', 'x', '999999'])('a teacher who is none: "%s"', async (teacherId) => {
    const { classDate } = await build();
    const answer = await submit(paths.classDateTeacher(classDate.id), { teacherId });
    expect([answer.status, parse(answer)('#teacherId-error').text()]).toEqual([422, 'Choose a teacher.']);
  });

  it('a class that cannot be changed in that way any more', async () => {
    const { classDate } = await build();
    const path = paths.classDateCancellation(classDate.id);
    const form = await fill(path);
    await classDate.update({ state: 'settled' });
    expect((await browser.submit(path, form)).headers['location']).toBe(paths.classDate(classDate.id));
    expect(await flashAt(paths.classDate(classDate.id))).toContain('can no longer be cancelled');
  });

  it('no such class', async () => {
    for (const path of [paths.classDateSchedule(999_999), paths.classDateCancellation(999_999)]) {
      expect((await browser.get(path)).status).toBe(404);
      expect((await browser.submit(path)).status).toBe(404);
    }
  });
});

describe('a class that somebody has changed since the form was opened', () => {
  it('is shown as it is now, beside what was entered, and is changed only by pressing again', async () => {
    const { classDate } = await build();
    const path = paths.classDateSchedule(classDate.id);
    const mine = await fill(path, { time: '05:05' });
    await submit(path, { time: '06:06' });
    const answer = await browser.submit(path, mine);
    expect(answer.status).toBe(409);
    const $ = parse(answer);
    expect($('[role=alert]').text()).toContain('Somebody has changed this class since you opened it.');
    expect($('[role=alert]').text()).toContain('6:06 AM');
    expect($('[role=alert]').text()).toContain('05:05');
    expect($('#time').attr('value')).toBe('05:05');
    expect((await classDate.reload()).localStart).toMatch(/T06:06$/);
    await browser.submit(path, { ...mine, version: $('[name=version]').attr('value') ?? '' });
    expect((await classDate.reload()).localStart).toMatch(/T05:05$/);
  });

  it('is noticed although a mistake was made first', async () => {
    const { classDate } = await build();
    const path = paths.classDateSchedule(classDate.id);
    const mine = await fill(path, { durationMinutes: '0' });
    await submit(path, { time: '06:06' });
    const again = parse(await browser.submit(path, mine))('[name=version]').attr('value') ?? '';
    expect((await browser.submit(path, { ...mine, durationMinutes: '30', version: again })).status).toBe(409);
  });
});

it('names and titles are shown as text', async () => {
  const evil = '<script>alert(1)</script>';
  const { classDate, order, pass } = await build();
  await order.update({ title: evil });
  await User.update({ firstName: evil }, { where: { id: pass.userId ?? 0 } });
  await tell(classDate, pass);
  const page = await browser.get(paths.classDateCancellation(classDate.id));
  expect(page.text).not.toContain(evil);
  expect(textOf(page)).toContain(evil);
});
