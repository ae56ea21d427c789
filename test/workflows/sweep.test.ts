import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { recordSweep } from '../../src/commands/recordSweep';
import { sweepWorkflows, type SweepCounts } from '../../src/commands/sweepWorkflows';
import type { Deps } from '../../src/deps';
import { QUEUES } from '../../src/domain/queues';
import { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { WorkflowSweep } from '../../src/models/WorkflowSweep';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { addToOutbox } from '../../src/temporal/outbox';
import { connectWorker, createWorkers } from '../../src/temporal/workers';
import { missingAttributes } from '../../src/temporal/searchAttributes';
import { SWEEP_SCHEDULE_ID } from '../../src/temporal/sweepSchedule';
import { createTemporal } from '../../src/temporal/temporal';
import { classDateWorkflowId, zoomConnectionWorkflowId } from '../../src/temporal/workflowIds';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildMail } from '../factories/mails';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';
import { deleteNamespace, startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { historyTexts } from '../support/historyTexts';
import { createNamespace } from '../support/namespace';
import { quietTemporal } from '../support/quietTemporal';
import { buildConnectedTeacher } from '../support/teachers';

const DAY_MINUTES = 24 * 60;

let scene: DevScene;
let teacherId: number;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
  teacherId = (await buildConnectedTeacher(scene.stack.deps, scene.stack.zoom)).id;
});

afterAll(() => scene.close());

/** Everything that was changed so far was changed some minutes ago. */
async function letAge(): Promise<void> {
  const { db } = scene.stack.deps;
  for (const table of ['class_dates', 'zoom_connections', 'incidents'])
    await db.query(`UPDATE ${table} SET updated_at = TIMESTAMPADD(MINUTE, -5, updated_at)`);
}

async function bookFuture(count: number): Promise<ClassDate[]> {
  const order = await buildOrder({ teacherId });
  const booked: ClassDate[] = [];
  for (let day = 1; day <= count; day += 1) {
    const startsAt = new Date(Date.now() + day * DAY_MINUTES * 60_000);
    booked.push(await buildClassDate({ order, startsAt }));
  }
  await letAge();
  return booked;
}

const none: SweepCounts = {
  ...{ expected: 0, running: 0, missing: 0, onTheirWay: 0, stuck: 0, orphans: 0, overdue: 0, failed: 0 },
};

interface Store {
  readonly deps: Deps;
  readonly client: Client;
  /** How often each workflow that runs there runs. */
  running(): Promise<Record<string, number>>;
}

/** A Temporal that has lost everything, or never had it; no worker is at work there. */
async function inEmptyStore(work: (store: Store) => Promise<void>): Promise<void> {
  const namespace = await createNamespace(scene.address);
  const deps = scene.depsOf(namespace);
  const client = new Client({ connection: scene.client.connection, namespace });
  const running = async () => {
    const runs: Record<string, number> = {};
    for await (const { workflowId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      runs[workflowId] = (runs[workflowId] ?? 0) + 1;
    return runs;
  };
  try {
    await work({ deps, client, running });
  } finally {
    await deps.temporal.close();
    await deleteNamespace(scene.address, namespace);
  }
}

const idsOf = (classDates: readonly ClassDate[]) =>
  Object.fromEntries(classDates.map((classDate) => [classDateWorkflowId(classDate), 1]));

async function untilRuns(store: Store, ids: Record<string, number>): Promise<void> {
  await eventually('Temporal lists them', async () => {
    const runs = await store.running();
    return Object.keys(ids).every((id) => runs[id] === 1) && Object.keys(runs).length === Object.keys(ids).length;
  });
  expect(await store.running()).toEqual(ids);
}

afterEach(async () => {
  await ClassDate.update({ state: 'cancelled', outcome: 'cancelled' }, { where: {} });
  await Incident.update({ openKey: null, closedAt: new Date() }, { where: {} });
});

describe("when Temporal's store is lost", () => {
  it('one sweep brings every class and connection back, doubles none, says so loudly, and is content the next time', async () => {
    const booked = await bookFuture(12);
    const connection = await ZoomConnection.findOne({ where: { userId: teacherId }, rejectOnEmpty: true });
    await inEmptyStore(async (store) => {
      const { deps } = store;
      const dry = await sweepWorkflows(deps, { dryRun: true });
      expect(dry).toEqual({ ...none, expected: 13, missing: 13 });
      expect(await store.running()).toEqual({});

      const startedAt = new Date();
      const counts = await sweepWorkflows(deps);
      expect(counts).toEqual({ ...none, expected: 13, missing: 13 });
      await untilRuns(store, { ...idsOf(booked), [zoomConnectionWorkflowId(connection)]: 1 });
      await recordSweep(deps, counts, startedAt);
      const incident = await Incident.findOne({ where: { cause: 'sweep_acted' }, rejectOnEmpty: true });
      expect(incident.closedAt).toBeNull();

      await letAge();
      // In pages that do not hold them all; the incident has a workflow of its own by now.
      const again = await sweepWorkflows(deps, { pageSize: 4 });
      expect(again).toEqual({ ...none, expected: 14, running: 14 });
      await recordSweep(deps, again, new Date());
      expect((await incident.reload()).closedAt).not.toBeNull();
      expect(await WorkflowSweep.count()).toBe(2);
    });
  });

  it('two sweeps at once double nothing', async () => {
    const booked = await bookFuture(5);
    await inEmptyStore(async (store) => {
      await Promise.all([sweepWorkflows(store.deps), sweepWorkflows(store.deps)]);
      const runs = await eventually('all run', async () => {
        const found = await store.running();
        return Object.keys(found).length >= 6 ? found : null;
      });
      expect(runs).toMatchObject(idsOf(booked));
    });
  });

  it('leaves to the relay what was booked a moment ago, and blames nobody for what the relay has not told yet', async () => {
    const [told, , third] = await bookFuture(3);
    if (!told || !third) throw new Error('three were booked');
    await inEmptyStore(async ({ deps }) => {
      await addToOutbox({ classDateId: told.id }, 'rescheduled', null);
      await third.update({ version: 2 });
      const counts = await sweepWorkflows(deps, { dryRun: true });
      // The third is young; the second and the connection are missing.
      expect(counts).toEqual({ ...none, expected: 3, missing: 2, onTheirWay: 1 });
    });
  });
});

it('has a class looked at that was cancelled and has not told those who knew of it', async () => {
  const [told, untold, untoldToo, unknown] = await bookFuture(4);
  if (!told || !untold || !untoldToo || !unknown) throw new Error('four were booked');
  for (const classDate of [told, untold, untoldToo]) {
    const student = await buildUser('student');
    const person = { userId: student.id, email: student.email };
    const { pass } = await buildPass(scene.stack.deps.signingKeys, classDate, person);
    await buildMail(classDate, pass);
    if (classDate === told) await buildMail(classDate, pass, { kind: 'cancelled' });
  }
  await ClassDate.update({ state: 'cancelled', outcome: 'cancelled' }, { where: {} });
  await letAge();
  await inEmptyStore(async (store) => {
    const counts = await sweepWorkflows(store.deps, { pageSize: 1 });
    // One connection has no workflow there; the classes are no trouble.
    expect(counts).toEqual({ ...none, expected: 1, missing: 1 });
    for (const classDate of [untold, untoldToo]) {
      await eventually('it is looked at', async () => classDateWorkflowId(classDate) in (await store.running()));
    }
    for (const other of [told, unknown]) expect(await store.running()).not.toHaveProperty(classDateWorkflowId(other));
  });
});

it('has a class look again that runs and should have been settled long since, and no other', async () => {
  const order = await buildOrder({ teacherId });
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 60 * 60_000);
  const overdue = await buildClassDate({ order, startsAt: hoursAgo(9), state: 'ended' });
  const inTime = await buildClassDate({ order, startsAt: hoursAgo(2), state: 'ended' });
  await letAge();
  await inEmptyStore(async (store) => {
    const { deps, client } = store;
    for (const classDate of [overdue, inTime]) await deps.temporal.hintClassDate(classDate, 'booked');
    await untilRuns(store, idsOf([overdue, inTime]));
    // One connection has no workflow there.
    const found = { ...none, expected: 3, running: 2, missing: 1, overdue: 1 };
    const wordsOf = async (classDate: ClassDate) => {
      const history = await client.workflow.getHandle(classDateWorkflowId(classDate)).fetchHistory();
      return historyTexts(history).filter(({ text }) => text === '"swept: overdue"').length;
    };
    expect(await sweepWorkflows(deps, { dryRun: true })).toEqual(found);
    expect(await wordsOf(overdue)).toBe(0);
    expect(await sweepWorkflows(deps)).toEqual(found);
    expect([await wordsOf(overdue), await wordsOf(inTime)]).toEqual([1, 0]);
  });
});

it('starts a class that somebody has edited back to life by SQL', async () => {
  const [classDate] = await bookFuture(1);
  if (!classDate) throw new Error('one was booked');
  await classDate.update({ state: 'cancelled' });
  await inEmptyStore(async (store) => {
    await sweepWorkflows(store.deps);
    const id = classDateWorkflowId(classDate);
    expect(Object.keys(await store.running())).not.toContain(id);
    await scene.stack.deps.db.query(`UPDATE class_dates SET state = 'scheduled' WHERE id = ${classDate.id}`);
    await letAge();
    await sweepWorkflows(store.deps);
    await eventually('it runs', async () => Object.keys(await store.running()).includes(id));
  });
});

it.each([
  ['a room left to remove', { state: 'deleting' }],
  ['a room left to look for that was given up', { state: 'deleted', lateLookAt: new Date() }],
] as const)('starts a class that is over and has %s', async (_what, left) => {
  const [classDate] = await bookFuture(1);
  if (!classDate) throw new Error('one was booked');
  await buildMeeting(scene.stack.deps.encryption, classDate, { ...left, isCurrent: null });
  await classDate.update({ state: 'cancelled' });
  await letAge();
  await inEmptyStore(async (store) => {
    await sweepWorkflows(store.deps);
    await eventually('it runs', async () =>
      Object.keys(await store.running()).includes(classDateWorkflowId(classDate)),
    );
  });
});

it('ends what belongs to no row of ours, but nothing that was started a moment ago', async () => {
  const [classDate] = await bookFuture(1);
  if (!classDate) throw new Error('one was booked');
  await inEmptyStore(async (store) => {
    const { deps } = store;
    const gone = { id: 987_654_321, randomKey: 'a'.repeat(32) };
    const former = { id: classDate.id, randomKey: 'b'.repeat(32) };
    for (const row of [gone, former, classDate]) await deps.temporal.hintClassDate(row, 'booked');
    await eventually('Temporal lists them', async () => Object.keys(await store.running()).length === 3);
    expect(await sweepWorkflows(deps, { dryRun: true })).toMatchObject({ orphans: 0 });

    const clock = { now: () => new Date(Date.now() + 2 * 60_000) };
    expect(await sweepWorkflows({ ...deps, clock })).toMatchObject({ orphans: 2 });
    const runs = async (row: { id: number; randomKey: string }) => (await store.running())[classDateWorkflowId(row)];
    await eventually('two are gone', async () => !(await runs(gone)) && !(await runs(former)));
    expect(await runs(classDate)).toBe(1);
    const ended = await store.client.workflow.getHandle(classDateWorkflowId(former)).describe();
    expect(ended.status.name).toBe('TERMINATED');
  });
});

it('starts anew what cannot go on after a release', async () => {
  const [classDate] = await bookFuture(1);
  if (!classDate) throw new Error('one was booked');
  await inEmptyStore(async (store) => {
    const { deps } = store;
    const handle = store.client.workflow.getHandle(classDateWorkflowId(classDate));
    const good = await startWorkers(deps);
    await deps.temporal.hintClassDate(classDate, 'booked');
    await eventually('it waits', async () => (await handle.describe()).historyLength > 5);
    await good.stop();
    const former = (await handle.describe()).runId;

    const bad = await startChangedWorker(deps);
    await deps.temporal.hintClassDate(classDate, 'roster changed');
    const suspect = async () => {
      for await (const page of deps.temporal.runs.pages()) if (page.some((run) => run.hasProblems)) return true;
      return false;
    };
    await eventually('the server reports its problems', suspect, 120_000);
    expect(await sweepWorkflows(deps)).toMatchObject({ stuck: 1 });
    await bad.stop();

    const description = await handle.describe();
    expect([description.runId === former, description.status.name]).toEqual([false, 'RUNNING']);
    const back = await startWorkers(deps);
    await eventually('the list is true again', async () => !(await suspect()));
    expect(await sweepWorkflows(deps)).toMatchObject({ stuck: 0 });
    await back.stop();
  });
});

async function startWorkers(deps: Deps) {
  const connection = await connectWorker(deps);
  return runAll(await createWorkers(deps, connection), connection);
}

/** A release that does something else, made without `patched`. */
async function startChangedWorker(deps: Deps) {
  const connection = await NativeConnection.connect({ address: scene.address });
  const workflowsPath = require.resolve('../replay/changedWorkflows');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const { namespace } = deps.config.temporal;
  return runAll(
    [await Worker.create({ connection, namespace, taskQueue: QUEUES.classes, workflowBundle })],
    connection,
  );
}

function runAll(workers: readonly Worker[], connection: NativeConnection) {
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

describe('the schedule', () => {
  const ensure = () => scene.stack.deps.temporal.schedules.ensure();
  const handle = () => scene.client.schedule.getHandle(SWEEP_SCHEDULE_ID);
  const sweeps = () => WorkflowSweep.count();

  it('is made once by several workers at a time, and sweeps at once; the Temporal UI says what was found', async () => {
    await bookFuture(2);
    const before = await sweeps();
    await Promise.all([1, 2, 3, 4].map(ensure));
    await eventually('it has swept', async () => (await sweeps()) > before);
    const found: string[] = [];
    for await (const { workflowId } of scene.client.workflow.list({ query: "WorkflowType = 'sweep'" }))
      found.push(workflowId);
    expect(found).toHaveLength(1);
    const result: unknown = await scene.client.workflow.getHandle(found[0] ?? '').result();
    expect(result).toMatchObject({ 'Old rows': '0 deleted', 'Class times': '2 compared, 0 moved, 0 left' });
    expect(JSON.stringify(result)).toMatch(/"Workflows":"\d+ expected, 0 running, .* 0 failed"/);
    expect((await handle().describe()).spec.intervals).toEqual([expect.objectContaining({ every: 300_000 })]);
  });

  it('comes with the search attributes, which a store that was lost while the workers lived has not either', async () => {
    const { config, logger } = scene.stack.deps;
    const { address } = config.temporal;
    const namespace = await createNamespace(address);
    const temporal = createTemporal({ ...config, temporal: { ...config.temporal, namespace } }, logger);
    const connection = await Connection.connect({ address });
    try {
      expect(await missingAttributes(connection, namespace)).toHaveLength(3);
      await temporal.schedules.ensure();
      expect(await missingAttributes(connection, namespace)).toEqual([]);
    } finally {
      await connection.close();
      await temporal.close();
    }
  });

  it('comes back when it is deleted, and as it should be when it is changed', async () => {
    await handle().delete();
    await ensure();
    await handle().update((found) => ({ ...found, spec: { intervals: [{ every: '3 hours' }] } }));
    await ensure();
    expect((await handle().describe()).spec.intervals).toEqual([expect.objectContaining({ every: 300_000 })]);
  });

  it('stays paused when somebody has paused it, and tells so', async () => {
    await handle().pause('it does harm');
    expect(await ensure()).toEqual(['sweep']);
    expect((await handle().describe()).state).toMatchObject({ paused: true, note: 'it does harm' });
    await handle().unpause();
    expect(await ensure()).toEqual([]);
  });
});
