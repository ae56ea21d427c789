import { disconnectZoom } from '../../src/commands/disconnectZoom';
import { reportTrouble } from '../../src/commands/openIncident';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import type { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { ZoomSetting } from '../../src/models/ZoomSetting';
import { settingPlace } from '../../src/queries/findZoomSettings';
import { incidentWorkflowId } from '../../src/temporal/workflowIds';
import { freshToken } from '../../src/zoom/freshToken';
import { buildClassDate, buildOrder } from '../factories/classes';
import { buildUser } from '../factories/people';
import type { ClassStack } from '../support/classStack';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { buildConnectedTeacher, connectTeacher, LICENSED_HOST } from '../support/teachers';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let scene: SkippingScene;
let stack: ClassStack;
let admins: User[];

beforeAll(async () => {
  scene = await startSkippingScene();
  stack = scene.stack;
  admins = [await buildUser('admin'), await buildUser('admin')];
  await buildUser('admin', { disabledAt: new Date() });
});

afterAll(() => scene.close());

afterEach(async () => {
  stack.mailbox.clear();
  stack.zoom.control.clearFaults();
  await ZoomConnection.destroy({ where: {} });
});

async function incidentOf(cause: Incident['cause']): Promise<Incident> {
  const found = await Incident.findAll({ where: { cause }, order: [['id', 'DESC']] });
  if (!found[0]) throw new Error(`There is no incident of ${cause}.`);
  return found[0];
}

/** Who has had which mails, as `subject → addresses`. */
function mails(): Record<string, string[]> {
  const bySubject: Record<string, string[]> = {};
  for (const { subject, to } of stack.mailbox.messages()) (bySubject[subject] ??= []).push(to);
  for (const people of Object.values(bySubject)) people.sort();
  return bySubject;
}

const toAdmins = () => admins.map(({ email }) => email).sort();

async function ends(incident: Incident): Promise<void> {
  const handle = scene.client.workflow.getHandle(incidentWorkflowId(incident));
  await eventually('its workflow ends', async () => {
    await scene.sleep(MINUTE_MS);
    return (await handle.describe()).status.name === 'COMPLETED';
  });
}

async function saveClientSecret(secret: string): Promise<void> {
  const clientSecretEncrypted = stack.deps.encryption.encrypt(secret, settingPlace('client_secret_encrypted'));
  await ZoomSetting.update({ clientSecretEncrypted }, { where: {} });
}

async function bookAhead(teacher: User, minutes: number): Promise<ClassDate> {
  const order = await buildOrder({ teacherId: teacher.id, userId: (await buildUser('student')).id });
  const startsAt = addMinutes(await scene.now(), minutes);
  const classDate = await buildClassDate({ order, startsAt });
  await stack.deps.temporal.hintClassDate(classDate, 'booked');
  return classDate;
}

/** Brought to its own end, so that it does not go on waking up while a later test skips time. */
async function finish(classDate: ClassDate): Promise<void> {
  await classDate.update({ state: 'cancelled', stateReason: null });
  await stack.deps.temporal.hintClassDate(classDate, 'test is over');
}

describe('a cause that touches every class', () => {
  // First: what people are spared is counted from the real clock, which time skipping leaves behind.
  it('that is over before anybody had to know is nobody’s news', async () => {
    await reportTrouble(stack.deps, { cause: 'zoom_unreachable' });
    const incident = await incidentOf('zoom_unreachable');
    await ends(incident);
    expect(mails()).toEqual({});
  });

  it('is one mail to each admin, however often it is met, and one more when it is over', async () => {
    await saveClientSecret('not the secret');
    await Promise.all(Array.from({ length: 200 }, () => reportTrouble(stack.deps, { cause: 'zoom_credentials' })));

    const incident = await incidentOf('zoom_credentials');
    const subject = 'Zoom does not accept our app’s client id or secret';
    await eventually('admins are told', () => mails()[`Trouble: ${subject}`]?.length === admins.length);
    expect(await Incident.count({ where: { cause: 'zoom_credentials' } })).toBe(1);
    expect(incident.occurrences).toBe(200);

    await scene.sleep(30 * MINUTE_MS);
    expect((await incident.reload()).closedAt).toBeNull();

    await saveClientSecret('test-client-secret');
    await ends(incident);
    expect((await incident.reload()).closedAt).not.toBeNull();
    expect(incident.openKey).toBeNull();
    expect(mails()).toEqual({ [`Trouble: ${subject}`]: toAdmins(), [`Well again: ${subject}`]: toAdmins() });
  });
});

describe('a teacher’s connection that Zoom refuses', () => {
  it('is told at once, marks the classes of the next day, and all of it mends itself when they connect again', async () => {
    const teacher = await buildConnectedTeacher(stack.deps, stack.zoom);
    const [soon, far] = [await bookAhead(teacher, 20 * 60), await bookAhead(teacher, 3 * 24 * 60)];
    stack.zoom.control.revoke(LICENSED_HOST);
    await expect(freshToken(stack.deps, teacher.id, 1)).rejects.toThrow('connect Zoom again');

    const connection = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
    expect(connection.state).toBe('needs_reconnect');
    const incident = await incidentOf('teacher_connection');
    expect(incident.userId).toBe(teacher.id);
    const trouble = `Trouble: ${teacher.fullName} has no working Zoom connection`;
    await eventually('people are told', () => Object.keys(mails()).length === 2);
    await eventually('the class says so', async () => (await soon.reload()).stateReason === 'teacher_not_connected');
    expect((await far.reload()).stateReason).toBeNull();

    await connectTeacher(stack.deps, stack.zoom, teacher.id, LICENSED_HOST);
    await stack.deps.temporal.hintClassDate(soon, 'teacher reconnected');
    await eventually('the mark is gone', async () => (await soon.reload()).stateReason === null);
    await ends(incident);
    expect(mails()).toEqual({
      [trouble]: toAdmins(),
      [trouble.replace('Trouble', 'Well again')]: toAdmins(),
      'Connect Zoom, so that your classes can open': [teacher.email],
    });
    await Promise.all([finish(soon), finish(far)]);
  });

  it('that never was is told a day before the class, and the teacher is reminded two hours before', async () => {
    const teacher = await buildUser('teacher');
    const classDate = await bookAhead(teacher, 3 * 24 * 60);
    await scene.sleep(47 * HOUR_MS);
    expect(mails()).toEqual({});

    await scene.sleep(90 * MINUTE_MS);
    await eventually('people are told', () => Object.keys(mails()).length === 2);
    const toTeacher = () => mails()['Connect Zoom, so that your classes can open'] ?? [];
    await scene.sleep(21 * HOUR_MS);
    expect(toTeacher()).toHaveLength(1);
    await scene.sleep(HOUR_MS);
    await eventually('the teacher is reminded', () => toTeacher().length === 2);
    expect(mails()[`Trouble: ${teacher.fullName} has no working Zoom connection`]).toEqual(toAdmins());

    await connectTeacher(stack.deps, stack.zoom, teacher.id, LICENSED_HOST);
    await ends(await incidentOf('teacher_connection'));
    await finish(classDate);
  });

  it('that the teacher ended is trouble only when a class is near', async () => {
    const teacher = await buildConnectedTeacher(stack.deps, stack.zoom);
    const before = await Incident.count();
    await disconnectZoom(stack.deps, teacher.id, THE_SYSTEM);
    expect(await Incident.count()).toBe(before);

    const classDate = await bookAhead(teacher, 60);
    await eventually('it is trouble', async () => (await Incident.count()) === before + 1);
    await eventually('people are told', () => Object.keys(mails()).length >= 2);
    await connectTeacher(stack.deps, stack.zoom, teacher.id, LICENSED_HOST);
    await ends(await incidentOf('teacher_connection'));
    await finish(classDate);
  });
});
