import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { disableUser } from '../../../src/commands/disableUser';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { runCommands } from '../../support/cli';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

const run = (...commands: (readonly string[])[]) => runCommands(commands, { settings: site.settings });
const inMinutes = (minutes: number) => addMinutes(new Date(), minutes);

it('status shows health, settings, the last rows and how large tables are, and nobody’s address', async () => {
  const classDate = await buildClassDate({ state: 'ready', startsAt: inMinutes(300) });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  const student = await buildUser('student');
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await pass.update({ usedAt: new Date() });
  await disableUser(site.deps, student.id, THE_SYSTEM);
  const [shown, json] = await run(['status'], ['status', '--json']);
  expect([shown?.code, shown?.err]).toEqual([0, '']);
  const lines = [
    /^health: failing$/,
    /^ {2}No worker has said for 60 seconds that it is at work\.$/,
    /^Zoom app: client id set, secret set, webhook secret set$/,
    new RegExp(`^${meeting.id} +${classDate.id} +created +${classDate.startsAt.toISOString()} `),
    new RegExp(`^${pass.id} +${classDate.id} +\\S+Z +\\S+Z +\\S+Z$`),
    new RegExp(`^\\d+ +\\S+Z +.*disabled.* +user ${student.id}$`, 'i'),
    /^class_dates +\d+ +[\d.]+$/,
  ];
  const out = shown?.out.split('\n') ?? [];
  expect(lines.filter((line) => !out.some((one) => line.test(one)))).toEqual([]);
  expect(JSON.parse(json?.out ?? '')).toMatchObject({
    health: { status: 'failing' },
    settings: { clientId: true, clientSecret: true, webhookSecret: true },
    meetings: [{ id: meeting.id, classDateId: classDate.id, state: 'created' }],
    passes: [{ id: pass.id, classDateId: classDate.id }],
  });
  for (const { out: said } of [shown, json].flatMap((one) => one ?? [])) expect(said).not.toContain(student.email);
});

it('classes due shows those that start soon, how each stands, and whose teacher must connect', async () => {
  const connected = await buildConnectedTeacher(site.deps, site.zoom);
  const order = await buildOrder({ teacherId: connected.id });
  const made = await buildClassDate({ order, startsAt: inMinutes(20), state: 'ready' });
  await buildMeeting(site.deps.encryption, made);
  const roomless = await buildClassDate({ startsAt: inMinutes(40) });
  await buildClassDate({ startsAt: inMinutes(30), state: 'cancelled' });
  const later = await buildClassDate({ order, startsAt: inMinutes(100) });

  const [hour, more, json, none] = await run(
    ['classes', 'due'],
    ['classes', 'due', '--minutes', '120'],
    ['classes', 'due', '--json'],
    ['classes', 'due', '--minutes', '5'],
  );
  const row = (id: number, words: string) => new RegExp(`^${id} +\\S+Z +${words} `, 'm');
  expect(hour?.out).toMatch(row(made.id, `ready +has its meeting +${connected.id} +connected`));
  expect(hour?.out).toMatch(row(roomless.id, `scheduled +not due yet +${roomless.teacherId} +not connected`));
  expect(hour?.out).toContain('2 start within 60 minutes.');
  expect(hour?.err.trim()).toBe(`Teachers who must connect Zoom: ${roomless.teacherId}`);
  expect(more?.out).toMatch(row(later.id, `scheduled +not due yet +${connected.id} +connected`));
  expect(more?.out).toContain('3 start within 120 minutes.');
  expect(JSON.parse(json?.out ?? '')).toMatchObject([
    { classDateId: made.id, teacherConnected: true, state: 'ready' },
    { classDateId: roomless.id, teacherConnected: false, state: 'scheduled' },
  ]);
  expect([none?.code, none?.out.trim()]).toEqual([0, 'No class starts within 5 minutes.']);
});
