import { Session } from '../../src/models/Session';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { CLEANUP_SCHEDULE_ID } from '../../src/temporal/cleanupSchedule';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { quietTemporal } from '../support/quietTemporal';

let scene: DevScene;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
});

afterAll(() => scene.close());

const schedules = () => scene.stack.deps.temporal.schedules;
const handle = () => scene.client.schedule.getHandle(CLEANUP_SCHEDULE_ID);
const cleanups = () => ZoomAuditLog.count({ where: { action: 'cleaned_up' } });

async function calendar() {
  const [first] = (await handle().describe()).spec.calendars ?? [];
  return [first?.hour?.[0]?.start, first?.minute?.[0]?.start];
}

it('is not there before a worker has made it', async () => {
  expect(await schedules().list()).toContainEqual(
    expect.objectContaining({ name: 'cleanup', exists: false, nextRunAt: null }),
  );
  expect(await schedules().run('cleanup')).toBe(false);
});

it('is made once by several workers at a time, for the night, and not for now', async () => {
  expect(await Promise.all([1, 2, 3].map(() => schedules().ensure()))).toEqual([[], [], []]);
  expect(await calendar()).toEqual([2, 17]);
  const [row] = (await schedules().list()).filter(({ name }) => name === 'cleanup');
  expect(row).toMatchObject({ exists: true, paused: false, lastRunAt: null, nextRunAt: expect.any(Date) as Date });
  expect(await cleanups()).toBe(0);
});

it('clears away when it runs, and tells how much in the Temporal UI', async () => {
  await Session.create({ tokenHash: '0'.repeat(64), userId: null, data: '{}', expiresAt: new Date(0) });
  expect(await schedules().run('cleanup')).toBe(true);
  await eventually('it has cleaned up', async () => (await cleanups()) === 1);
  expect(await Session.count()).toBe(0);
  const runs: string[] = [];
  for await (const { workflowId } of scene.client.workflow.list({ query: "WorkflowType = 'cleanup'" }))
    runs.push(workflowId);
  expect(runs).toHaveLength(1);
  expect(await scene.client.workflow.getHandle(runs[0] ?? '').result()).toMatchObject({ passes: 0, sessions: 1 });
});

it('comes back as it should be when it is changed, and stays paused when it is paused', async () => {
  await handle().update((found) => ({ ...found, spec: { calendars: [{ hour: 12 }] } }));
  await schedules().ensure();
  expect(await calendar()).toEqual([2, 17]);
  await handle().pause('it does harm');
  expect(await schedules().ensure()).toEqual(['cleanup']);
  expect((await schedules().list()).find(({ name }) => name === 'cleanup')).toMatchObject({ paused: true });
});
