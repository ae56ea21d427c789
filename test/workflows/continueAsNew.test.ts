import { sendTestPush } from '../../src/commands/sendTestPush';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { pushEndpointWorkflowId } from '../../src/temporal/workflowIds';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../factories/pushes';
import { book, cancel, ends, handleOf, reaches } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startReceiver } from '../support/receiver';
import { openWebhookDoor } from '../support/webhookDoor';
import { startShortHistoryScene, type ShortHistoryScene } from '../support/shortHistoryScene';

let scene: ShortHistoryScene;

beforeAll(async () => {
  scene = await startShortHistoryScene();
});

afterAll(() => scene.close());

/** Hints until the server asks for a fresh history. */
async function hintUntilContinued(classDate: ClassDate): Promise<void> {
  const first = (await handleOf(scene, classDate).describe()).runId;
  await eventually(
    'the run is continued as new',
    async () => {
      await scene.stack.deps.temporal.hintClassDate(classDate, 'roster changed');
      await scene.sleep(300);
      return (await handleOf(scene, classDate).describe()).runId !== first;
    },
    60_000,
  );
  const { events } = await handleOf(scene, classDate, first).fetchHistory();
  expect(events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy();
  expect(events?.length).toBeLessThan(100);
}

describe('an endpoint that is down and hears of much', () => {
  it('goes on in a new run, and loses nothing', async () => {
    const { deps } = scene.stack;
    const receiver = await startReceiver();
    receiver.answerWith(() => 500);
    const { endpoint } = await buildPushEndpoint(deps, { url: receiver.url });
    const events = await publishOutcomes(deps, await buildSoldClass(), ['class.ready', 'class.live']);
    const handle = () => scene.client.workflow.getHandle(pushEndpointWorkflowId(endpoint));
    const first = (await handle().describe()).runId;
    await eventually(
      'the run is continued as new',
      async () => {
        await deps.temporal.hintPushEndpoint(endpoint, 'events published');
        await scene.sleep(300);
        return (await handle().describe()).runId !== first;
      },
      120_000,
    );
    receiver.answerWith(() => 204);
    // It rests; that it is well again is what a test says.
    await sendTestPush(deps, endpoint.id, THE_SYSTEM);
    await eventually('all are taken', () => receiver.taken().length === 3);
    expect(receiver.taken().slice(1)).toEqual(events);
    await eventually('its workflow ends', async () => (await handle().describe()).status.name === 'COMPLETED');
    await receiver.close();
  });
});

describe('a class with a long history', () => {
  it('goes on in a new run that is found and reads as the old one did', async () => {
    const classDate = await book(scene, { minutesAhead: 24 * 60 });
    await hintUntilContinued(classDate);
    // Temporal does not carry the run's summary over; the details say the same.
    const details = await handleOf(scene, classDate).query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    expect(details.currentDetails).toContain(`**Class date ${classDate.id}** is \`scheduled\` (waiting).`);
    await eventually('it is found by its phase', async () => {
      const query = `Phase = "waiting" AND ExecutionStatus = "Running" AND ClassDateId = "${classDate.id}"`;
      return (await scene.client.workflow.count(query)).count === 1;
    });
    await cancel(scene, classDate);
    await ends(scene, classDate);
  });

  it('does so while its steps fail again and again', async () => {
    const { db } = scene.stack.deps;
    await db.query(
      `CREATE TRIGGER refuses BEFORE INSERT ON zoom_meetings FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused by the test'`,
    );
    const classDate = await book(scene, { minutesAhead: 25 });
    await hintUntilContinued(classDate);
    await db.query('DROP TRIGGER refuses');
    await scene.stack.deps.temporal.hintClassDate(classDate, 'roster changed');
    await reaches(classDate, 'ready');
  });

  it('does so while its host starts and ends it 200 times, and then says how it stands', async () => {
    const door = await openWebhookDoor(scene.stack.deps);
    const classDate = await book(scene, { minutesAhead: 25 });
    await reaches(classDate, 'ready');
    const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
    const tell = (event: 'started' | 'ended', flap: number) => {
      const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString();
      const object = { id: meetingId, uuid: `flap-${flap}`, start_time: at(flap * 10), end_time: at(flap * 10 + 5) };
      return door.post({ event: `meeting.${event}`, event_ts: Date.now(), payload: { object } });
    };
    for (let flap = 0; flap < 200; flap += 1) {
      await tell('started', flap);
      if (flap < 199) await tell('ended', flap);
      // The class's workflow gathers the hints of a second.
      if (flap % 20 === 19) await scene.sleep(1_000);
    }
    await door.interpreted();
    expect((await classDate.reload()).state).toBe('live');
    await tell('ended', 199);
    await door.interpreted();
    await reaches(classDate, 'ended');
    const runs = await eventually('it has gone on in new runs', async () => {
      const lengths: number[] = [];
      for await (const { historyLength } of scene.client.workflow.list({ query: `ClassDateId = "${classDate.id}"` })) {
        lengths.push(historyLength);
      }
      return lengths.length > 1 ? lengths : null;
    });
    // A run takes in what was hinted until the server has asked for a fresh one, and never all of it.
    expect(Math.max(...runs)).toBeLessThan(400);
    // What has ended cannot be cancelled.
    await tell('started', 200);
    await door.interpreted();
    await reaches(classDate, 'live');
    await cancel(scene, classDate);
    await ends(scene, classDate);
    await door.close();
  }, 180_000);
});
