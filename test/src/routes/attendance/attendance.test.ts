import { changeTeacher } from '../../../../src/commands/changeTeacher';
import { settleClass } from '../../../../src/commands/settleClass';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { addMinutes } from '../../../../src/domain/clock';
import { User } from '../../../../src/models/User';
import { AttendanceCorrection } from '../../../../src/models/AttendanceCorrection';
import { AttendanceRevision } from '../../../../src/models/AttendanceRevision';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../../src/models/ZoomMeetingInstance';
import { ZoomWait } from '../../../../src/models/ZoomWait';
import { personKey } from '../../../../src/security/joinPass';
import { paths } from '../../../../src/routes/paths';
import { buildAttendedClass, type AttendedClass, type AttendedStay } from '../../../factories/attendedClasses';
import { buildClassDate } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { Browser, parse, PASSWORD, passwordHash, signedInBrowser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let admin: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser: admin } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

const STAYS: readonly AttendedStay[] = [
  ['teacher', 0, 60],
  ['student', -5, 20],
  ['student', 22, null],
  [{ name: '=HYPERLINK("evil")', zoomUserId: 'zoom-1' }, 15, 45],
];

const settle = ({ classDate }: AttendedClass) =>
  settleClass(website.deps, { classDateId: classDate.id, now: new Date(Date.now() + 24 * 60 * 60_000) });

async function signedInAs(user: User): Promise<Browser> {
  await user.update({ passwordHash: await passwordHash() });
  const browser = new Browser(website);
  await browser.submit(paths.login, { email: user.email, password: PASSWORD });
  return browser;
}

it('shows who was in, when, for how much of it, and how sure that is', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  // The guest pressed "Join", and that is all.
  await attended.guest.update({ usedAt: attended.classDate.startsAt });
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  expect($('.facts').text()).toContain('provisional');
  const [teacher, student, guest] = $('#people > li').toArray();
  expect($(teacher).text()).toContain('60 min, 100 % of the class');
  expect($(student).text()).toContain('63 min, 97 % of the class, 58 min together with the teacher');
  expect($(student).text()).toContain('not sure, from Zoom’s messages and Zoom’s list; nobody told when a stay ended');
  expect($(student).find('rect.stay')).toHaveLength(2);
  expect($(student).find('rect.open')).toHaveLength(1);
  // The line of time begins five minutes before the class and ends with it: 65 minutes.
  expect($(student).find('rect.stay').first().attr()).toMatchObject({ x: '0%', width: '38.46%' });
  expect($(student).find('rect.planned').attr()).toMatchObject({ x: '7.69%', width: '92.31%' });
  expect($(guest).text()).toMatch(/Absent[^]*Never in\. Pressed Join at \d/);
  expect($('#strangers > li').text()).toContain('=HYPERLINK("evil")');
});

it('says when it was settled, and by what revisions', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  expect($('.facts').text()).not.toContain('provisional');
  expect($('#revisions > li')).toHaveLength(1);
  const page = await admin.get(paths.classDate(attended.classDate.id));
  expect(parse(page)(`a[href="${paths.attendance(attended.classDate.id)}"]`)).toHaveLength(1);
});

describe('a class that will not be settled', () => {
  const over = { closedAt: null, endedAt: null } as const;
  const cancelled = { ...over, state: 'cancelled', outcome: 'cancelled', cancelledAt: new Date() } as const;

  it('says of one that was cancelled while it was live who was in, and no verdict', async () => {
    const { classDate, teacher } = await buildAttendedClass(website.deps, STAYS, cancelled);
    const $ = parse(await admin.get(paths.attendance(classDate.id)));
    expect($('.facts').text()).toContain('a cancelled class is not settled');
    expect($('.facts').text()).toContain('OutcomeCancelled');
    const tags = $('#people .tag').toArray();
    expect(tags.map((tag) => $(tag).text())).toEqual(['Was in', 'Was in', 'Not in']);
    expect($('main form')).toHaveLength(0);
    expect($('main').text()).toContain('Reopen the class, if it takes place after all.');
    const file = (await admin.get(paths.attendanceCsv(classDate.id))).text.split('\r\n');
    expect(file[1]).toMatch(/,teacher,was in,.*,cancelled$/);
    const own = await (await signedInAs(teacher)).get(paths.myAttendance(classDate.id));
    expect(parse(own)('script[src="/js/refresh.js"]')).toHaveLength(0);
  });

  it('says of one that was cancelled before, and not that it has not begun', async () => {
    const classDate = await buildClassDate({ ...cancelled });
    const $ = parse(await admin.get(paths.attendance(classDate.id)));
    expect($('main').text()).not.toContain('has not begun');
    expect($('.facts').text()).toContain('OutcomeCancelled');
  });

  it('says of one that was missed that it had no room, until somebody says what became of it', async () => {
    const missed = { state: 'missed', outcome: 'room_failed', liveAt: null, endedAt: null } as const;
    const { classDate, teacher } = await buildAttendedClass(website.deps, [], missed);
    const $ = parse(await admin.get(paths.attendance(classDate.id)));
    expect($('.facts').text()).toContain('there are none to come: it never had a room');
    expect($('.facts').text()).toContain('OutcomeThere was no room');
    expect($('.facts').text()).not.toContain('as it looks now');
    expect(new Set($('#people .tag').map((_, tag) => $(tag).text()))).toEqual(new Set(['Not in']));
    const fields = { kind: 'outcome', subject: '', value: 'held', reason: 'They met in the library.' };
    expect((await admin.submit(paths.attendanceCorrections(classDate.id), fields)).status).toBe(303);
    const again = parse(await admin.get(paths.attendance(classDate.id)));
    expect(again('.facts').text()).toContain('OutcomeHeld');
    expect(again('h1 .tag').text()).toBe('Held');
    expect(again('h1 .tag').hasClass('good')).toBe(true);
    const own = await (await signedInAs(teacher)).get(paths.myAttendance(classDate.id));
    expect(parse(own)('script[src="/js/refresh.js"]')).toHaveLength(0);
  });
});

it('says who is in still while the class goes on', async () => {
  const open = { state: 'live' as const, closedAt: null, endedAt: null };
  const attended = await buildAttendedClass(website.deps, [['teacher', 0, null]], open);
  await ZoomMeetingInstance.update({ endedAt: null }, { where: {} });
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  expect($('#people > li').first().text()).toMatch(/In at .*, in still\. sure, from/);
  expect($('#people > li').first().find('rect.open')).toHaveLength(0);
  const tags = $('#people .tag').toArray();
  expect(tags.map((tag) => $(tag).text())).toEqual(['In now', 'Not in yet', 'Not in yet']);
  expect($('.facts').text()).toContain('not known before the class is over');
  const file = await admin.get(paths.attendanceCsv(attended.classDate.id));
  expect(file.text.split('\r\n').slice(1, 3)).toEqual([
    expect.stringContaining(',teacher,in now,'),
    expect.stringContaining(',student,not in yet,'),
  ]);
});

it('says nobody is in whose going was lost with the end of the room, once Zoom has said that it does not run', async () => {
  const stays: AttendedStay[] = [
    ['teacher', -20, null],
    ['student', -15, -12],
  ];
  const open = { state: 'ended' as const, liveAt: null, closedAt: null };
  const { classDate } = await buildAttendedClass(website.deps, stays, open);
  const { id, startsAt } = classDate;
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: id }, rejectOnEmpty: true });
  const run = { startedAt: addMinutes(startsAt, -20), endedAt: null };
  await ZoomMeetingInstance.update(run, { where: { zoomMeetingId: meeting.id } });
  const said = { endedAt: addMinutes(startsAt, -12), watchedAt: addMinutes(startsAt, 5) };
  await classDate.update({ ...said, stateReason: 'not_started' });
  const page = async () => parse(await admin.get(paths.attendance(id)));

  const $ = await page();
  const tags = $('#people .tag').toArray();
  expect(tags.map((tag) => $(tag).text())).toEqual(['Has left', 'Has left', 'Not in yet']);
  expect($('#people > li').first().text()).toMatch(/8 min,.* out at .* not sure, .* nobody told when a stay ended/);
  // Nor was anybody in until its planned end, when it closes and was never live.
  await classDate.update({ endedAt: addMinutes(startsAt, 60), closedAt: addMinutes(startsAt, 75) });
  expect((await page())('#people > li').first().text()).toContain('8 min,');
});

it('says how long somebody was in the waiting room, and does not count it', async () => {
  const attended = await buildAttendedClass(website.deps, [['teacher', 0, 60]]);
  const { id: zoomMeetingId } = await ZoomMeeting.findOne({
    where: { classDateId: attended.classDate.id },
    rejectOnEmpty: true,
  });
  const { startsAt } = attended.classDate;
  const wait = { beganAt: startsAt, endedAt: addMinutes(startsAt, 12), passId: attended.student.id };
  await ZoomWait.create({ zoomMeetingId, uuid: 'run', zoomSessionUserId: '1', ...wait });
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  const student = $('#people > li').eq(1).text();
  expect(student).toContain('Absent');
  expect(student).toContain('Never in. Waited 12 min in Zoom’s waiting room, which does not count.');
  const file = await admin.get(paths.attendanceCsv(attended.classDate.id));
  expect(file.text.split('\r\n')[2]).toMatch(/,student,absent,no,0,0,0,,,12,/);
});

it('says nothing of the waiting and pressing Join for a time that the class had before', async () => {
  const { classDate, student, guest } = await buildAttendedClass(website.deps, []);
  const { id } = classDate;
  const before = addMinutes(classDate.startsAt, -4 * 24 * 60);
  const meeting = await ZoomMeeting.findOne({ where: { classDateId: id }, rejectOnEmpty: true });
  const wait = (passId: number, user: string, from: Date, to: number) => {
    const fields = { passId, beganAt: from, endedAt: addMinutes(from, to) };
    return ZoomWait.create({ zoomMeetingId: meeting.id, uuid: `run ${user}`, zoomSessionUserId: user, ...fields });
  };
  await student.update({ usedAt: addMinutes(before, -2) });
  await wait(student.id, '1', addMinutes(before, -2), 6);
  // The guest waited when the doors opened, and came back when the class was long over.
  await guest.update({ usedAt: addMinutes(classDate.startsAt, -classDate.leadMinutes) });
  await wait(guest.id, '2', addMinutes(classDate.startsAt, -classDate.leadMinutes - 5), 8);
  await wait(guest.id, '3', addMinutes(classDate.startsAt, 60 + 240 - 2), 10);

  const $ = parse(await admin.get(paths.attendance(id)));
  const [, ofStudent, ofGuest] = $('#people > li').toArray();
  expect($(ofStudent).text()).not.toMatch(/Pressed Join|Waited/);
  expect($(ofGuest).text()).toMatch(/Never in\. Pressed Join at .* Waited 5 min/);
  const file = (await admin.get(paths.attendanceCsv(id))).text.split('\r\n');
  expect(file[2]).toMatch(/,student,absent,no,0,0,0,,,0,/);
  expect(file[3]).toMatch(/,guest,absent,no,0,0,0,,,5,/);
});

it('counts whole minutes, as the thresholds do', async () => {
  const attended = await buildAttendedClass(website.deps, [
    ['teacher', 0, 60],
    ['student', 0, 0.9],
  ]);
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  const student = $('#people > li').eq(1).text();
  expect(student).toContain('Absent');
  expect(student).toContain('under 1 min, 2 % of the class, under 1 min together with the teacher');
});

it('says so where the class has not begun', async () => {
  const page = await admin.get(paths.attendance((await buildClassDate()).id));
  expect(page.status).toBe(200);
  expect(parse(page)('main').text()).toContain('The class has not begun.');
});

it.each(['live', 'ready'] as const)(
  'calls nobody absent from a class that is %s, of which Zoom told nothing',
  async (state) => {
    const running = { state, closedAt: null, endedAt: null };
    const { classDate } = await buildAttendedClass(website.deps, [], running);
    const { id: zoomMeetingId } = await ZoomMeeting.findOne({
      where: { classDateId: classDate.id },
      rejectOnEmpty: true,
    });
    await ZoomMeetingInstance.destroy({ where: { zoomMeetingId } });
    const words = parse(await admin.get(paths.attendance(classDate.id)))('main').text();
    expect(words).toContain('Zoom says that the class has begun, but has told nothing of who is in.');
    expect(words).not.toMatch(/has not begun|Not in yet|Never in/);
  },
);

it('says of Zoom’s list when it will be read, and that it has not been yet', async () => {
  const { classDate } = await buildAttendedClass(website.deps, STAYS);
  await classDate.update({ settleMinutes: 30 });
  await ZoomMeeting.update({ reconciledAt: null }, { where: { classDateId: classDate.id } });
  const { text } = await admin.get(paths.attendance(classDate.id));
  expect(text).toContain('read some 30 minutes after the end');
  expect(text).toContain('own list has not been read in full');
  expect(text).not.toContain('could not be read');
});

it('lets an admin say who somebody was who is taken for whoever used their Zoom account', async () => {
  const attended = await buildAttendedClass(website.deps, [
    ['teacher', 0, 60],
    [{ name: 'Sam', zoomUserId: 'zoom-home', pass: 'student' }, 0, 30],
    [{ name: 'Tablet', zoomUserId: 'zoom-home' }, 0, 50],
  ]);
  const student = await User.findByPk(attended.student.userId ?? 0, { rejectOnEmpty: true });
  const $ = parse(await admin.get(paths.attendance(attended.classDate.id)));
  expect($('#person-subject option[value="zoom:zoom-home"]').text()).toBe(`Tablet (taken for ${student.fullName})`);
});

it('keeps who was said to have been the teacher as that when the class is given to somebody else', async () => {
  const open = { state: 'live' as const, closedAt: null, endedAt: null };
  const stays: AttendedStay[] = [
    ['student', 0, 20],
    [{ name: 'iPad' }, 0, 20],
  ];
  const { classDate, teacher } = await buildAttendedClass(website.deps, stays, open);
  const { id } = classDate;
  const unknown = parse(await admin.get(paths.attendance(id)))('#person-subject option[value]:not([value=""])');
  const subject = unknown.attr('value') ?? '';
  const said = { kind: 'person', subject, value: `teacher:${teacher.id}`, reason: 'Her iPad.' };
  expect((await admin.submit(paths.attendanceCorrections(id), said)).status).toBe(303);

  const other = await buildUser('teacher');
  await changeTeacher(website.deps, { classDateId: id, teacherId: other.id, force: true }, THE_SYSTEM);
  const $ = parse(await admin.get(paths.attendance(id)));
  expect($('.facts').text()).toContain('Whoever gave the class before was there for 20 min');
  const [first, student] = $('#people > li').toArray();
  expect($(first).text()).toContain('Never in.');
  expect($(student).text()).toContain('20 min together with the teacher');
  expect($('#strangers > li')).toHaveLength(0);
  expect($('#corrections > li').text()).toContain(`“iPad” is ${teacher.fullName}`);
});

it('lets an admin say who a name was, with a reason, and take that back', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const { id } = attended.classDate;
  const fields = { kind: 'person', subject: 'zoom:zoom-1', value: personKey(attended.guest), reason: 'Her own phone' };
  const wrong = await admin.submit(paths.attendanceCorrections(id), { ...fields, reason: ' ' });
  expect(wrong.status).toBe(422);
  const again = parse(wrong);
  expect(again('[role=alert] a').attr('href')).toBe('#person-reason');
  expect(again('#person-value option[selected]').attr('value')).toBe(personKey(attended.guest));
  expect(again('#verdict-reason').attr('aria-invalid')).toBeUndefined();

  const done = await admin.submit(paths.attendanceCorrections(id), fields);
  expect([done.status, done.headers['location']]).toEqual([303, paths.attendance(id)]);
  const $ = parse(await admin.get(paths.attendance(id)));
  expect($('#strangers')).toHaveLength(0);
  expect($('#people > li').last().text()).toContain('30 min');
  expect($('#corrections > li').text()).toContain('“=HYPERLINK("evil")” is Mum Muster');
  expect($('#corrections > li').text()).toContain('Her own phone');

  const undo = $('#corrections form').attr('action') ?? '';
  for (const word of ['taken back', 'did not count any more']) {
    expect((await admin.submit(undo)).status).toBe(303);
    expect(parse(await admin.get(paths.attendance(id)))('.flash').text()).toContain(word);
  }
  expect(await AttendanceRevision.count({ where: { classDateId: id } })).toBe(3);
});

it.each([
  ['an unknown kind', 'kind=weather&subject=&value=held&reason=why'],
  ['nothing', ''],
  ['lists', 'kind=outcome&kind=outcome&value=held&value=held&reason=why'],
  ['NUL', 'kind=outcome&value=held%00&reason=why'],
  ['a key that is too long', `kind=person&subject=${'x'.repeat(10_000)}&value=nobody&reason=why`],
])('refuses %s, and saves nothing', async (_what, fields) => {
  const { classDate } = await buildAttendedClass(website.deps, STAYS);
  const body = `${fields}&_csrf=${encodeURIComponent(await admin.token())}`;
  expect((await admin.submitText(paths.attendanceCorrections(classDate.id), body)).status).toBe(422);
  expect(await AttendanceCorrection.count({ where: { classDateId: classDate.id } })).toBe(0);
});

it('shows teachers their own classes, and nobody else’s', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  const other = await buildAttendedClass(website.deps, STAYS);
  const teacher = await signedInAs(attended.teacher);
  const own = await teacher.get(paths.myAttendance(attended.classDate.id));
  expect(parse(own)('#people > li')).toHaveLength(3);
  expect(parse(own)('main form')).toHaveLength(0);
  for (const path of [paths.myAttendance, paths.myAttendanceCsv])
    expect((await teacher.get(path(other.classDate.id))).status).toBe(404);
});

it('gives a table that is safe to open', async () => {
  const attended = await buildAttendedClass(website.deps, STAYS);
  await settle(attended);
  const file = await admin.get(paths.attendanceCsv(attended.classDate.id));
  expect(file.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(file.headers['content-disposition']).toContain(`attendance-${attended.classDate.id}-`);
  const lines = file.text.split('\r\n');
  expect(lines[0]).toContain('name,role,verdict');
  expect(lines[2]).toMatch(/,student,present,no,63,97,58,[\dT:+-]+,[\dT:+-]+,0,not sure,/);
  expect(lines[4]).toContain('"\'=HYPERLINK(""evil"")",unknown');
  const teacher = await signedInAs(attended.teacher);
  expect((await teacher.get(paths.myAttendanceCsv(attended.classDate.id))).text).toBe(file.text);
});
