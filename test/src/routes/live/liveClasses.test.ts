import type { CreationAttributes } from 'sequelize';
import type { Response as Answer } from 'supertest';
import { correctAttendance, undoCorrection } from '../../../../src/commands/correctAttendance';
import { settleClass } from '../../../../src/commands/settleClass';
import { addMinutes } from '../../../../src/domain/clock';
import { AttendanceCorrection } from '../../../../src/models/AttendanceCorrection';
import { AttendanceRevision } from '../../../../src/models/AttendanceRevision';
import { User } from '../../../../src/models/User';
import type { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { ZoomWait } from '../../../../src/models/ZoomWait';
import { paths } from '../../../../src/routes/paths';
import { personKey } from '../../../../src/security/joinPass';
import { buildAttendedClass, type AttendedClass } from '../../../factories/attendedClasses';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { eventually } from '../../../support/eventually';
import { buildLiveClass, buildRun, buildStay } from '../../../support/liveScene';
import { startWebsite, type Website } from '../../../support/website';

/** So often open pages are compared with the database. */
const LOOK_MS = 2_000;

let website: Website;
let admin: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser: admin } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.deps.db.query("UPDATE class_dates SET state = 'settled'");
  await website.deps.db.query('UPDATE attendance_revisions SET strangers = 0');
});

interface Shown {
  readonly id: number;
  readonly state: string;
  readonly since: string | null;
  readonly hostSince: string | null;
  readonly people: readonly { readonly name: string; readonly since: string; readonly known: boolean }[];
  readonly present: number;
  readonly expected: number;
  readonly waiting: number;
  readonly trouble: readonly string[];
}

async function shown(browser = admin, url: string = paths.liveClassesData): Promise<Shown[]> {
  const answer = await browser.get(url);
  expect([answer.status, answer.type]).toEqual([200, 'application/json']);
  return (answer.body as { classes: Shown[] }).classes;
}

async function onlyOne(): Promise<Shown> {
  const [live, ...others] = await shown();
  if (!live || others.length > 0) throw new Error('not one class');
  return live;
}

const ago = (minutes: number) => addMinutes(new Date(), -minutes);

const idOf = (pass: ZoomSecureToken | undefined) => pass?.id ?? null;

async function nameOf(pass: ZoomSecureToken | undefined): Promise<string> {
  return (await User.findByPk(pass?.userId ?? 0, { rejectOnEmpty: true })).fullName;
}

describe('which classes', () => {
  it('shows what runs, should run, or opens within the half hour', async () => {
    const now = new Date();
    const build = (state: 'scheduled' | 'preparing' | 'ready' | 'live' | 'ended' | 'cancelled', minutes: number) =>
      buildClassDate({ state, startsAt: addMinutes(now, minutes) });
    const wanted = [
      await build('live', -600),
      await build('ended', -50),
      await build('ready', -20),
      await build('preparing', 20),
      await build('scheduled', 59),
    ];
    // It started a day early.
    const early = await build('live', 24 * 60);
    await build('scheduled', 62);
    await build('ready', -60 * 8);
    await build('cancelled', -5);
    await buildClassDate({ state: 'ended', startsAt: ago(70), closedAt: ago(1) });
    expect((await shown()).map(({ id }) => id)).toEqual([...wanted, early].map(({ id }) => id));
  });

  it('shows a teacher their own, and nobody else’s', async () => {
    const { browser, user } = await signedInBrowser(website, 'teacher');
    const own = await buildLiveClass(website.deps, { order: await buildOrder({ teacherId: user.id }) });
    await buildLiveClass(website.deps);
    expect((await shown(browser, paths.myLiveClassesData)).map(({ id }) => id)).toEqual([own.classDate.id]);
    const page = parse(await browser.get(paths.myLiveClasses));
    expect(page('section.live').length).toBe(1);
    expect((await browser.get(paths.liveClasses)).status).toBe(403);
    expect(await shown()).toHaveLength(2);
  });

  it('says what comes next when there is none', async () => {
    expect((await admin.get(paths.liveClasses)).text).not.toContain('The next one is');
    await buildClassDate({ order: await buildOrder({ title: 'Primes' }), startsAt: addMinutes(new Date(), 600) });
    const page = parse(await admin.get(paths.liveClasses));
    expect(page('#live').text()).toMatch(/No class is live[^]*The next one is Primes, /);
  });
});

describe('who is in', () => {
  it('is told by their pass, or as they call themselves, each since they came', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const run = await buildRun(meeting, ago(9));
    await buildStay(run, { role: 'host', joinTime: ago(9) });
    await buildStay(run, { passId: idOf(passes[0]), userName: 'xX_sam_Xx', joinTime: ago(8) });
    await buildStay(run, { userName: 'iPad', joinTime: ago(7) });
    await buildStay(run, { passId: idOf(passes[1]), joinTime: ago(6), leaveTime: ago(5) });
    // Only their going was told: whether they are in nobody knows, and it is over.
    await buildStay(run, { passId: idOf(passes[2]), joinTime: null, leaveTime: ago(4) });
    const { people, ...live } = await onlyOne();
    expect(live).toMatchObject({ state: 'live', present: 1, expected: 3, trouble: [] });
    expect(live.since).toBe(run.startedAt?.toISOString());
    expect(people.map(({ name, known }) => [name, known])).toEqual([
      [await nameOf(passes[0]), true],
      ['iPad', false],
    ]);
    expect(Date.parse(live.hostSince ?? '')).toBeLessThan(Date.parse(people[0]?.since ?? ''));
    const page = parse(await admin.get(paths.liveClasses));
    expect(page('section.live').text()).toContain('1 of 3 in, and one other');
  });

  it('is not who waits to be let in; that is said, and calls for somebody once the teacher is in', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const run = await buildRun(meeting, ago(9));
    const wait = (user: string, fields: Partial<CreationAttributes<ZoomWait>>) =>
      ZoomWait.create({
        zoomMeetingId: meeting.id,
        uuid: run.uuid,
        zoomSessionUserId: user,
        beganAt: ago(5),
        ...fields,
      });
    await wait('1', { passId: idOf(passes[0]) });
    await wait('2', {});
    await wait('3', { passId: idOf(passes[1]), endedAt: ago(4) });
    // The word that they were let in was lost, and they are in.
    const inside = await buildStay(run, { passId: idOf(passes[2]), joinTime: ago(3) });
    await wait(inside.zoomSessionUserId, { passId: idOf(passes[2]) });
    // They gave up in a run that is over.
    const former = await buildRun(meeting, ago(60));
    await former.update({ endedAt: ago(50) });
    await wait('4', { uuid: former.uuid, beganAt: ago(55) });
    // Of another, only a later one says that it is over.
    const lostEnd = await buildRun(meeting, ago(40));
    await wait('5', { uuid: lostEnd.uuid, beganAt: ago(39) });
    expect(await onlyOne()).toMatchObject({ waiting: 2, present: 1, trouble: ['The teacher is not in the meeting.'] });

    await buildStay(run, { role: 'host', joinTime: ago(9) });
    const trouble = ['2 people wait in Zoom’s waiting room for the teacher to let them in.'];
    expect(await onlyOne()).toMatchObject({ waiting: 2, trouble });
    const page = parse(await admin.get(paths.liveClasses));
    expect(page('section.live').text()).toContain('1 of 3 in; 2 in Zoom’s waiting room');
    // A run of which nothing else has been told may be the one that runs now.
    await wait('6', { uuid: 'not told yet' });
    expect((await onlyOne()).waiting).toBe(3);
    await ZoomWait.update({ beganAt: new Date() }, { where: {} });
    expect((await onlyOne()).trouble).toEqual([]);
  });

  it('counts a person once: with two devices, and back before their going was told', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const run = await buildRun(meeting, ago(9));
    const first = await buildStay(run, { passId: idOf(passes[0]), joinTime: ago(8) });
    await buildStay(run, { passId: idOf(passes[0]), joinTime: ago(3) });
    for (const userName of ['Kim', 'Kim’s phone']) {
      await buildStay(run, { userName, participantUuid: 'one-person', joinTime: ago(5) });
    }
    // Two people of one name, of whom nothing else is known.
    for (let twin = 0; twin < 2; twin += 1) await buildStay(run, { userName: 'Alex', joinTime: ago(1) });
    const { people, present } = await onlyOne();
    expect(present).toBe(1);
    expect(people.map(({ name }) => name).slice(1)).toEqual([expect.stringContaining('Kim'), 'Alex', 'Alex']);
    expect(people[0]?.since).toBe(first.joinTime?.toISOString());
  });

  it('is nobody of a former run whose end or whose leaves were lost', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const lostEnd = await buildRun(meeting, ago(9));
    const lostLeaves = await buildRun(meeting, ago(8), ago(5));
    await buildStay(lostEnd, { passId: idOf(passes[0]), joinTime: ago(9) });
    await buildStay(lostLeaves, { passId: idOf(passes[1]), joinTime: ago(7) });
    expect((await onlyOne()).people).toEqual([]);
    // Of this one the start was lost, too: it began when the first one came.
    const now = await buildRun(meeting, null);
    await buildStay(now, { passId: idOf(passes[2]), joinTime: ago(4) });
    const { people, since } = await onlyOne();
    expect(people.map(({ name }) => name)).toEqual([await nameOf(passes[2])]);
    expect(since).toBe(people[0]?.since);
  });

  it.each([
    ['tried', { state: 'ended' as const, endedAt: ago(20) }, ago(20)],
    ['tried, of which the start was lost, too', { state: 'ready' as const }, null],
  ])('is nobody of a room that was %s, once Zoom has said that it does not run', async (_what, fields, startedAt) => {
    const { classDate, meeting, passes } = await buildLiveClass(website.deps, { liveAt: null, ...fields });
    const run = await buildRun(meeting, startedAt);
    await buildStay(run, { role: 'host', joinTime: ago(20) });
    await buildStay(run, { passId: idOf(passes[0]), joinTime: ago(19) });
    expect(await onlyOne()).toMatchObject({ state: 'room_open', present: 1, trouble: [] });

    await classDate.update({ watchedAt: ago(5), stateReason: 'not_started' });
    const trouble = ['The teacher has not started. They have been written to.'];
    expect(await onlyOne()).toMatchObject({ hostSince: null, people: [], present: 0, trouble });
    // When it ended is not known yet: Zoom is asked for it still.
    expect((await run.reload()).endedAt).toBeNull();

    // What is told of it later says that it runs all the same.
    await buildStay(run, { passId: idOf(passes[1]), joinTime: ago(4) });
    const { hostSince, ...again } = await onlyOne();
    expect([hostSince !== null, again]).toMatchObject([true, { present: 2, trouble: [] }]);
  });

  it('is nobody of a former meeting, and of a class whose pass was withdrawn still whoever is in', async () => {
    const { classDate, meeting, passes } = await buildLiveClass(website.deps);
    await buildStay(await buildRun(meeting, ago(9)), { passId: idOf(passes[0]), joinTime: ago(8) });
    await meeting.update({ isCurrent: null, state: 'gone' });
    const second = await buildMeeting(website.deps.encryption, classDate, { generation: 2 });
    await buildStay(await buildRun(second, ago(3)), { passId: idOf(passes[1]), joinTime: ago(3) });
    await passes[1]?.update({ revokedAt: new Date() });
    expect(await onlyOne()).toMatchObject({ present: 0, expected: 2, people: [{ known: true }] });
  });
});

describe('trouble', () => {
  it.each([
    ['the room is not made', { state: 'preparing' as const, minutes: 20 }, false, 'There is no room yet.'],
    ['nothing has begun', { state: 'scheduled' as const, minutes: 25 }, false, 'There is no room yet.'],
    [
      'Zoom is not connected',
      { state: 'preparing' as const, minutes: 30, stateReason: 'teacher_not_connected' as const },
      false,
      'There is no room yet. The teacher has not connected Zoom. It goes on by itself as soon as they do.',
    ],
    ['the teacher has not started', { state: 'ready' as const, minutes: -2 }, true, 'The teacher has not started.'],
    [
      'they have been told',
      { state: 'ready' as const, minutes: -6, watchedAt: new Date() },
      true,
      'The teacher has not started. They have been written to.',
    ],
    [
      'Zoom told only when it was asked',
      { state: 'live' as const, minutes: -6, liveAt: ago(6) },
      true,
      'Zoom says that it runs, but has told nothing of who is in.',
    ],
    [
      'the teacher only tried the room beforehand',
      { state: 'ended' as const, minutes: -2, liveAt: ago(20), endedAt: ago(18) },
      true,
      'The teacher is not in the room.',
    ],
    [
      'it has another room than it ran in',
      { state: 'ready' as const, minutes: -20, liveAt: ago(23) },
      true,
      'The teacher is not in the room.',
    ],
    ['the teacher has gone', { state: 'ended' as const, minutes: -20, liveAt: ago(20), endedAt: ago(18) }, true, null],
    ['all is as it should be', { state: 'ready' as const, minutes: 1 }, true, null],
    ['the room is being made', { state: 'preparing' as const, minutes: 30 }, false, null],
  ])('is told in words when %s', async (_what, { minutes, ...fields }, room, words) => {
    const classDate = await buildClassDate({ ...fields, startsAt: addMinutes(new Date(), minutes) });
    if (room) await buildMeeting(website.deps.encryption, classDate);
    expect((await onlyOne()).trouble).toEqual(words === null ? [] : [words]);
    const page = parse(await admin.get(paths.liveClasses));
    expect(page('section.live .trouble').length).toBe(words === null ? 0 : 1);
  });

  it('is told when the teacher is not in a meeting that runs, but not in its first minute', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const run = await buildRun(meeting, ago(0));
    await buildStay(run, { passId: idOf(passes[0]), joinTime: ago(0) });
    expect(await onlyOne()).toMatchObject({ present: 1, trouble: [] });
    await run.update({ startedAt: ago(2) });
    expect((await onlyOne()).trouble).toEqual(['The teacher is not in the meeting.']);
    expect(parse(await admin.get(paths.liveClasses))('section.live dl').text()).toMatch(/not in\s.*1 of 3 in/s);
  });

  it('calls nobody absent from a class of which Zoom has told nothing, since a try', async () => {
    const { meeting } = await buildLiveClass(website.deps, { liveAt: ago(5) });
    await buildRun(meeting, ago(20), ago(18));
    expect(await onlyOne()).toMatchObject({
      heard: false,
      trouble: ['Zoom says that it runs, but has told nothing of who is in.'],
    });
    const page = parse(await admin.get(paths.liveClasses));
    expect(page('#live-summary').text()).toContain('with 0 people in, as far as Zoom has told.');
    expect(page('section.live dl').text()).toMatch(/not known whether they are in\s.*3 expected, not known who is in/s);
  });

  it('is none when the teacher is in, though Zoom’s word of the start was lost', async () => {
    const { classDate, meeting } = await buildLiveClass(website.deps);
    await classDate.update({ state: 'ready', liveAt: null });
    await buildStay(await buildRun(meeting, null), { role: 'host', joinTime: ago(8) });
    expect(await onlyOne()).toMatchObject({ state: 'room_open', trouble: [] });
  });
});

describe('the database', () => {
  it('is asked the same three things for one class and for many', async () => {
    const statements = async () => {
      const query = jest.spyOn(website.deps.db, 'query');
      const classes = await shown();
      const asked = query.mock.calls.filter(([sql]) => JSON.stringify(sql).includes('zoom_meetings')).length;
      const all = query.mock.calls.length;
      query.mockRestore();
      return { classes: classes.length, asked, all };
    };
    const fill = async () => {
      const { meeting, passes } = await buildLiveClass(website.deps);
      await buildStay(await buildRun(meeting, ago(9)), { passId: idOf(passes[0]), joinTime: ago(8) });
    };
    await fill();
    const one = await statements();
    for (let more = 0; more < 9; more += 1) await fill();
    expect(one).toMatchObject({ classes: 1, asked: 3 });
    expect(await statements()).toEqual({ ...one, classes: 10 });
  });

  it('is asked nothing while no page is open, and once for all that are', async () => {
    await buildLiveClass(website.deps);
    const query = jest.spyOn(website.deps.db, 'query');
    const looks = () => query.mock.calls.filter(([sql]) => JSON.stringify(sql).includes('AS expected')).length;
    const streams = await Promise.all([openStream(), openStream(), openStream()]);
    const [before, since] = [looks(), performance.now()];
    await eventually('it is asked twice', () => looks() >= before + 2);
    expect(looks() - before).toBeLessThanOrEqual(Math.ceil((performance.now() - since) / LOOK_MS) + 1);
    for (const { close } of streams) close();
    await sleep(2_500);
    const after = looks();
    await sleep(4_500);
    expect(looks()).toBe(after);
    query.mockRestore();
  });
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The stream that the admin's page listens to, as the page itself says. */
async function openStream() {
  const page: Answer = await admin.get(paths.liveClasses);
  const { events, key } = parse(page)('#live').data() as { events: string; key: string };
  const closing = new AbortController();
  const cookies = admin.agent.jar.getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false });
  const response = await fetch(`http://127.0.0.1:${website.port}${events}?seen=${key}`, {
    signal: closing.signal,
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  return { text: () => response.text(), close: () => closing.abort() };
}

describe('the stream', () => {
  it('says that something has changed, and nothing about whom', async () => {
    const { meeting, passes } = await buildLiveClass(website.deps);
    const run = await buildRun(meeting, ago(9));
    const { text } = await openStream();
    await buildStay(run, { passId: idOf(passes[0]), joinTime: new Date() });
    expect((await text()).replace(/^(:\n\n)+/, '')).toBe('event: changed\ndata: 1\n\n');
  });

  it('is for nobody without a session', async () => {
    const response = await fetch(`http://127.0.0.1:${website.port}${paths.liveClassesEvents}`, { redirect: 'manual' });
    expect(response.status).toBe(303);
  });
});

it('a class of hundreds is named in part on the page and in full in its data', async () => {
  const { meeting } = await buildLiveClass(website.deps);
  const run = await buildRun(meeting, ago(9));
  for (let guest = 0; guest < 60; guest += 1) await buildStay(run, { userName: `Guest ${guest}`, joinTime: ago(2) });
  expect((await onlyOne()).people).toHaveLength(60);
  const page = parse(await admin.get(paths.liveClasses));
  expect(page('.inside li').length).toBe(41);
  expect(page('.inside li').last().text()).toBe('and 20 more');
});

describe('names to be assigned', () => {
  /** Zoom is not there in this test, so a class is settled once it has been asked for long enough. */
  async function buildSettled(startsAt = ago(240)): Promise<AttendedClass> {
    const attended = await buildAttendedClass(website.deps, [
      ['teacher', 0, 60],
      ['student', 0, 60],
      [{ name: 'iPhone', zoomUserId: 'zoom-1' }, 5, 30],
      [{ name: 'Note taker', zoomUserId: 'zoom-2' }, 0, 60],
    ]);
    const { id: classDateId } = attended.classDate;
    await settleClass(website.deps, { classDateId, now: addMinutes(new Date(), 24 * 60) });
    return { ...attended, classDate: await attended.classDate.update({ startsAt }) };
  }

  async function listed() {
    const page = parse(await admin.get(paths.liveClasses));
    const rows = page('ul[aria-labelledby="unassigned"] > li').toArray();
    return rows.map((row) => [page(row).find('a').attr('href'), page(row).find('.tag').text()]);
  }

  it('lists the classes in which somebody is not known, until somebody says who it was', async () => {
    const attended = await buildSettled();
    const { id: classDateId } = attended.classDate;
    const href = paths.attendance(classDateId);
    expect(await listed()).toEqual([[href, '2 names']]);
    const origin = { userId: (await buildUser('admin')).id, ipAddress: null, userAgent: null };
    const say = (subject: string, value: string) =>
      correctAttendance(website.deps, { classDateId, kind: 'person', subject, value, reason: 'She said so.' }, origin);
    await say('zoom:zoom-1', personKey(attended.guest));
    expect(await listed()).toEqual([[href, '1 name']]);
    const revisions = await AttendanceRevision.count({ where: { classDateId } });
    await say('zoom:zoom-2', 'nobody');
    expect(await listed()).toEqual([]);
    // It changes nobody's figures, so it is no revision.
    expect(await AttendanceRevision.count({ where: { classDateId } })).toBe(revisions);
    const [last] = await AttendanceCorrection.findAll({ where: { classDateId }, order: [['id', 'DESC']] });
    await undoCorrection(website.deps, { classDateId, correctionId: last?.id ?? 0 }, origin);
    expect(await listed()).toEqual([[href, '1 name']]);
    await attended.classDate.update({ state: 'ready', settledAt: null });
    expect(await listed()).toEqual([]);
  });

  it('lists the newest first and none from before two weeks, and shows none to a teacher', async () => {
    const [older, newer] = [await buildSettled(ago(600)), await buildSettled(ago(300))];
    await buildSettled(ago(15 * 24 * 60));
    const hrefs = [newer, older].map(({ classDate }) => paths.attendance(classDate.id));
    expect((await listed()).map(([href]) => href)).toEqual(hrefs);
    const { browser } = await signedInBrowser(website, 'teacher');
    expect((await browser.get(paths.myLiveClasses)).text).not.toContain('Names to be assigned');
  });
});
