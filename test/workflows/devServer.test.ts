import { NativeConnection, type Worker } from '@temporalio/worker';
import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { Deps } from '../../src/deps';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ensureSearchAttributes } from '../../src/temporal/searchAttributes';
import { createWorkers } from '../../src/temporal/workers';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { progress } from '../../workflows/messages';
import {
  at,
  book,
  cancel,
  ends,
  handleOf,
  mailsTo,
  openRooms,
  reaches,
  roomsAtZoom,
  studentAddresses,
  type Scene,
} from '../support/classScene';
import { classEdits } from '../support/classEdits';
import { deleteNamespace, startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { createNamespace } from '../support/namespace';
import { quietTemporal } from '../support/quietTemporal';

/** What only a real server can tell: signals that race timers and activities, ids, search attributes, lateness. */
let scene: DevScene;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
});

afterAll(() => scene.close());

afterEach(async () => {
  scene.stack.zoom.control.clearFaults();
  await scene.stack.mailbox.clearFaults();
});

/** A class of half an hour's lead opens so many seconds from now. */
const opensIn = (seconds: number) => ({ minutesAhead: 30 + seconds / 60 });

const hint = (classDate: Parameters<typeof classDateWorkflowId>[0], reason = 'roster changed') =>
  scene.stack.deps.temporal.hintClassDate(classDate, reason);

async function historyLength(classDate: Parameters<typeof handleOf>[1]): Promise<number> {
  return (await handleOf(scene, classDate).describe()).historyLength;
}

async function createsOf(classDate: Parameters<typeof handleOf>[1]): Promise<number> {
  return (await roomsAtZoom(scene, classDate)).length;
}

describe('hints', () => {
  it('200 of them around the opening make one meeting, one mail a person, and a short history', async () => {
    const classDate = await book(scene, { ...opensIn(2), students: 3 });
    await scene.sleep(1_000);
    const hints = Array.from({ length: 200 }, async (_, index) => {
      await scene.sleep(index * 10);
      await hint(classDate);
    });
    await Promise.all(hints);
    await reaches(classDate, 'ready');
    await eventually('the mails are out', async () => {
      return (await MailDelivery.count({ where: { classDateId: classDate.id, state: 'sent' } })) === 4;
    });
    expect(await createsOf(classDate)).toBe(1);
    for (const address of await studentAddresses(classDate)) expect(mailsTo(scene.stack, address)).toHaveLength(1);
    // 200 signals; a look at each of them would cost about 4 events more apiece.
    expect(await historyLength(classDate)).toBeLessThan(700);
    const looks = await countLooks(classDate);
    expect(looks).toBeLessThan(25);
  });

  it('two at once start one run', async () => {
    const classDate = await book(scene, { minutesAhead: 24 * 60, hinted: false });
    await Promise.all(Array.from({ length: 10 }, () => hint(classDate, 'booked')));
    const runs = [];
    for await (const run of scene.client.workflow.list({
      query: `WorkflowId = "${classDateWorkflowId(classDate)}"`,
    }))
      runs.push(run.runId);
    expect(runs).toHaveLength(1);
    await cancel(scene, classDate);
    await ends(scene, classDate);
  });

  it('while the meeting is being made leave it one meeting', async () => {
    scene.stack.zoom.control.addFault({ kind: 'slowReply', operation: 'meetingCreate', delayMs: 1_500, times: 1 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await eventually('the meeting is being made', async () => (await createsOf(classDate)) === 1);
    for (let count = 0; count < 20; count += 1) await hint(classDate);
    await reaches(classDate, 'ready');
    await scene.sleep(1_500);
    expect(await ZoomMeeting.count({ where: { classDateId: classDate.id } })).toBe(1);
    expect(await createsOf(classDate)).toBe(1);
  });

  it('to a class whose run is over start one that ends at once', async () => {
    const classDate = await book(scene, { minutesAhead: -200 });
    await reaches(classDate, 'missed');
    await ends(scene, classDate);
    const former = (await handleOf(scene, classDate).describe()).runId;
    await hint(classDate, 'late evidence');
    await ends(scene, classDate);
    const description = await handleOf(scene, classDate).describe();
    expect(description.runId).not.toBe(former);
    expect(description.historyLength).toBeLessThan(15);
  });
});

async function countLooks(classDate: Parameters<typeof handleOf>[1]): Promise<number> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  return (events ?? []).filter((event) => event.markerRecordedEventAttributes).length;
}

describe('a change while the meeting is being made', () => {
  it('a cancelled class leaves no room behind', async () => {
    scene.stack.zoom.control.addFault({ kind: 'slow', operation: 'meetingCreate', delayMs: 1_500, times: 1 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await eventually('the attempt is under way', () => {
      return ZoomMeeting.count({ where: { classDateId: classDate.id, state: 'creating' } });
    });
    await classEdits(scene.stack.deps).cancel(classDate);
    await ends(scene, classDate);
    expect(await createsOf(classDate)).toBe(1);
    expect(await openRooms(scene, classDate)).toBe(0);
    expect((await classDate.reload()).state).toBe('cancelled');
  });

  it('a rescheduled class has its room moved', async () => {
    scene.stack.zoom.control.addFault({ kind: 'slow', operation: 'meetingCreate', delayMs: 1_500, times: 1 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await eventually('the attempt is under way', () => {
      return ZoomMeeting.count({ where: { classDateId: classDate.id, state: 'creating' } });
    });
    await classEdits(scene.stack.deps).move(classDate, 5);
    await classDate.reload();
    const asRow = () => `${classDate.startsAt.toISOString().slice(0, 19)}Z`;
    await eventually('the room has moved', async () => {
      return (await roomsAtZoom(scene, classDate))[0]?.startTime === asRow();
    });
    expect(await createsOf(classDate)).toBe(1);
  });
});

describe('what a slow part holds up', () => {
  it('a mail server that does not answer keeps no room from being moved or removed', async () => {
    await scene.stack.mailbox.addFault({ kind: 'slow', ms: 8_000 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await reaches(classDate, 'ready');
    const mailing = { classDateId: classDate.id, state: ['sending', 'data_sent'] };
    await eventually('mails are under way', () => MailDelivery.count({ where: mailing }));
    await classEdits(scene.stack.deps).cancel(classDate);
    await eventually('the room is gone', async () => (await openRooms(scene, classDate)) === 0, 5_000);
    expect(await MailDelivery.count({ where: mailing })).toBeGreaterThan(0);
  });
});

describe('a worker that was away', () => {
  it('prepares, late, a class whose T−30 came meanwhile', async () => {
    const namespace = await createNamespace(scene.address);
    const client = new Client({ connection: scene.client.connection, namespace });
    const away: Scene = { ...scene, client, stack: { ...scene.stack, deps: scene.depsOf(namespace) } };
    try {
      let worker = await startWorker(away.stack.deps);
      const classDate = await book(away, opensIn(6));
      const handle = handleOf(away, classDate);
      await eventually('it waits', async () => (await handle.query(progress)).phase === 'waiting');
      await worker.stop();
      await at(away, classDate, -29.9);
      await away.stack.deps.temporal.hintClassDate(classDate, 'roster changed');
      await scene.sleep(500);
      expect((await classDate.reload()).state).toBe('scheduled');
      worker = await startWorker(away.stack.deps);
      await reaches(classDate, 'ready');
      await worker.stop();
      expect(await createsOf(classDate)).toBe(1);
    } finally {
      await away.stack.deps.temporal.close();
      await deleteNamespace(scene.address, namespace);
    }
  });
});

async function startWorker(deps: Deps): Promise<{ stop(): Promise<void> }> {
  const connection = await NativeConnection.connect({ address: scene.address });
  const client = await Connection.connect({ address: scene.address });
  await ensureSearchAttributes(client, deps.config.temporal.namespace);
  await client.close();
  const workers = await createWorkers(deps, connection);
  const running = Promise.all(workers.map((worker: Worker) => worker.run()));
  return {
    stop: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await connection.close();
    },
  };
}

describe('search attributes', () => {
  it('may be ensured again and by several at once', async () => {
    const namespace = await createNamespace(scene.address);
    const connections = await Promise.all([1, 2, 3].map(() => Connection.connect({ address: scene.address })));
    try {
      await Promise.all(connections.map((connection) => ensureSearchAttributes(connection, namespace)));
      for (const connection of connections) await ensureSearchAttributes(connection, namespace);
      const [connection] = connections;
      const listed = await connection?.operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(listed?.customAttributes ?? {}).sort()).toEqual(
        expect.arrayContaining(['ClassDateId', 'Phase', 'TeacherId']),
      );
    } finally {
      await Promise.all(connections.map((connection) => connection.close()));
      await deleteNamespace(scene.address, namespace);
    }
  });

  it('tell an error that is none of theirs', async () => {
    const connection = await Connection.connect({ address: scene.address });
    const error: unknown = await ensureSearchAttributes(connection, 'no-such-namespace').catch((e: unknown) => e);
    await connection.close();
    expect(isGrpcServiceError(error)).toBe(true);
  });
});

async function timersOf(handle: ReturnType<typeof handleOf>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  const timers = (events ?? []).filter((event) => event.timerStartedEventAttributes);
  return timers.map(({ userMetadata }) => Buffer.from(userMetadata?.summary?.data ?? []).toString());
}

describe('in the Temporal UI', () => {
  it('a class is found by phase and teacher, and tells what it waits for', async () => {
    // Rehearsed at once, so that nothing but its opening is left to wait for.
    const classDate = await book(scene, { minutesAhead: 90 });
    const query = `Phase = "waiting" AND ClassDateId = "${classDate.id}" AND TeacherId = "${classDate.teacherId}"`;
    await eventually('it is found', async () => (await scene.client.workflow.count(query)).count === 1);
    const handle = handleOf(scene, classDate);
    await eventually('it is rehearsed', async () => (await handle.query(progress)).waitingFor === 'opens');
    expect(await handle.query(progress)).toEqual({
      phase: 'waiting',
      waitingFor: 'opens',
      until: new Date(classDate.startsAt.getTime() - 30 * 60_000).toISOString(),
    });
    expect(await (await handle.describe()).staticSummary()).toBe(`Class date ${classDate.id}`);
    const opens = new Date(classDate.startsAt.getTime() - 30 * 60_000).toISOString().slice(0, 16).replace('T', ' ');
    await eventually('its timer says so', async () => (await timersOf(handle)).includes(`"opens ${opens} UTC"`));
    await cancel(scene, classDate);
    await ends(scene, classDate);
    await eventually('it is found as done', async () => {
      return (await scene.client.workflow.count(`Phase = "done" AND ClassDateId = "${classDate.id}"`)).count === 1;
    });
  });
});
