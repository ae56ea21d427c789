import { addMinutes } from '../../src/domain/clock';
import { Incident } from '../../src/models/Incident';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { zoomConnectionWorkflowId } from '../../src/temporal/workflowIds';
import { buildClassDate, buildOrder } from '../factories/classes';
import type { ClassStack } from '../support/classStack';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { buildConnectedTeacher, LICENSED_HOST } from '../support/teachers';

let scene: SkippingScene;
let stack: ClassStack;
let connection: ZoomConnection;

beforeAll(async () => {
  scene = await startSkippingScene({ together: true });
  stack = scene.stack;
});

afterAll(() => scene.close());

beforeEach(async () => {
  const teacher = await buildConnectedTeacher(stack.deps, stack.zoom);
  connection = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
});

afterEach(async () => {
  stack.zoom.control.clearFaults();
  await connection.update({ state: 'disconnected', zoomUserId: null });
  await hint();
  await ended();
});

const hint = () => stack.deps.temporal.hintConnection(connection, 'test');
const refreshes = () => stack.zoom.control.callCount('tokenRefresh');
const handle = () => scene.client.workflow.getHandle(zoomConnectionWorkflowId(connection));
const ended = () =>
  eventually('its workflow ends', async () => (await handle().describe()).status.name === 'COMPLETED');

/** Lets time pass, for Temporal and for the application alike, in steps short enough for both to keep together. */
async function pass(minutes: number, step = 5): Promise<void> {
  for (let passed = 0; passed < minutes; passed += step) {
    await scene.sleep(step * 60_000);
  }
}

async function bookAhead(minutes: number): Promise<void> {
  const order = await buildOrder({ teacherId: connection.userId });
  const startsAt = addMinutes(await scene.now(), minutes);
  await buildClassDate({ order, startsAt, durationMinutes: 60 });
}

describe('zoomConnection', () => {
  it('renews the token of an idle teacher once a day', async () => {
    await hint();
    const before = refreshes();
    await pass(23 * 60, 60);
    expect(refreshes()).toBe(before);
    await pass(2 * 60, 60);
    await eventually('it is renewed', () => refreshes() === before + 1);
    await eventually('and saved', async () => (await connection.reload()).version === 2);
  });

  it('keeps it young from T−90 to the end of a class', async () => {
    await bookAhead(150);
    await hint();
    const before = refreshes();
    await pass(55);
    expect(refreshes()).toBe(before);
    await pass(160);
    const during = refreshes() - before;
    expect(during).toBeGreaterThanOrEqual(4);
    expect(during).toBeLessThanOrEqual(6);
    await pass(12 * 60, 60);
    expect(refreshes() - before).toBe(during);
  });

  it('outlives a token endpoint that is down for 50 minutes, and nobody is disconnected', async () => {
    await bookAhead(60);
    await hint();
    stack.zoom.control.addFault({ kind: 'status', operation: 'tokenRefresh', status: 503 });
    await pass(50);
    expect(await connection.reload()).toMatchObject({ state: 'connected', version: 1 });
    expect(await Incident.count({ where: { cause: 'teacher_connection' } })).toBe(0);

    stack.zoom.control.clearFaults();
    await pass(10);
    await eventually('it is renewed', async () => (await connection.reload()).version === 2);
  });

  it('ends when Zoom refuses the consent, and people are told', async () => {
    await bookAhead(60);
    await hint();
    stack.zoom.control.revoke(LICENSED_HOST);
    await pass(35);
    await eventually('it is known', async () => (await connection.reload()).state === 'needs_reconnect');
    await ended();
    const told = await Incident.findOne({ where: { userId: connection.userId }, rejectOnEmpty: true });
    expect(told).toMatchObject({ cause: 'teacher_connection', closedAt: null });
  });
});
