import { Session } from '../../src/models/Session';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { CLEANUP_SCHEDULE_ID } from '../../src/temporal/cleanupSchedule';
import { runCommands } from '../support/cli';
import { testSettings } from '../support/config';
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

/** As an operator types it. */
function cli(...commands: (readonly string[])[]) {
  const { database, temporal } = scene.stack.deps.config;
  const where = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace };
  return runCommands(commands, { settings: testSettings({ DATABASE_URL: database.url, ...where }) });
}

async function calendar() {
  const [first] = (await handle().describe()).spec.calendars ?? [];
  return [first?.hour?.[0]?.start, first?.minute?.[0]?.start];
}

it('is not there before a worker has made it', async () => {
  expect(await schedules().list()).toContainEqual(
    expect.objectContaining({ name: 'cleanup', exists: false, nextRunAt: null }),
  );
  expect(await schedules().run('cleanup')).toBe(false);
  const [listed, run] = await cli(['schedules', 'list'], ['schedules', 'run', 'cleanup']);
  expect([listed?.code, listed?.out]).toEqual([1, expect.stringMatching(/^cleanup +not there yet +- +-$/m)]);
  expect([run?.code, run?.err]).toEqual([1, expect.stringContaining('There is no schedule cleanup yet.')]);
});

it('is made once by several workers at a time, for the night, and not for now', async () => {
  expect(await Promise.all([1, 2, 3].map(() => schedules().ensure()))).toEqual([[], [], []]);
  expect(await calendar()).toEqual([2, 17]);
  const [row] = (await schedules().list()).filter(({ name }) => name === 'cleanup');
  expect(row).toMatchObject({ exists: true, paused: false, lastRunAt: null, nextRunAt: expect.any(Date) as Date });
  expect(await cleanups()).toBe(0);
});

it('does not run when an operator only asks whether it would', async () => {
  const dry = ['schedules', 'run', 'cleanup', '--dry-run'];
  const [said, json, listed] = await cli(dry, [...dry, '--json'], ['schedules', 'list']);
  expect([said?.code, said?.out.trim()]).toEqual([0, 'cleanup would run now.']);
  expect(JSON.parse(json?.out ?? '')).toEqual({ name: 'cleanup', started: false });
  expect([listed?.code, listed?.out]).toEqual([0, expect.stringMatching(/^cleanup +runs +- +\S+Z$/m)]);
  expect(await cleanups()).toBe(0);
});

it('clears away when it is had to run, and tells how much in the Temporal UI', async () => {
  await Session.create({ tokenHash: '0'.repeat(64), userId: null, data: '{}', expiresAt: new Date(0) });
  const [run] = await cli(['schedules', 'run', 'cleanup']);
  expect([run?.code, run?.out]).toEqual([0, expect.stringContaining('cleanup runs now;')]);
  await eventually('it has cleaned up', async () => (await cleanups()) === 1);
  expect(await Session.count()).toBe(0);
  const runs: string[] = [];
  for await (const { workflowId } of scene.client.workflow.list({ query: "WorkflowType = 'cleanup'" }))
    runs.push(workflowId);
  expect(runs).toHaveLength(1);
  expect(await scene.client.workflow.getHandle(runs[0] ?? '').result()).toMatchObject({ passes: 0, sessions: 1 });
  // Whatever had been started before it, by the trial for one, would be counted by now.
  expect((await handle().describe()).info).toMatchObject({ numActionsTaken: 1, numActionsSkippedOverlap: 0 });
});

it('comes back as it should be when it is changed, and stays paused when it is paused', async () => {
  await handle().update((found) => ({ ...found, spec: { calendars: [{ hour: 12 }] } }));
  await schedules().ensure();
  expect(await calendar()).toEqual([2, 17]);
  await handle().pause('it does harm');
  expect(await schedules().ensure()).toEqual(['cleanup']);
  expect((await schedules().list()).find(({ name }) => name === 'cleanup')).toMatchObject({ paused: true });
});
