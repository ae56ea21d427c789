import { createLogger } from '../../src/observability/logger';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { book, cancel, handleOf, reaches } from '../support/classScene';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { quietTemporal } from '../support/quietTemporal';

const logged: string[] = [];
let scene: DevScene;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene(createLogger('info', { write: (line) => void logged.push(line) }));
});

afterAll(() => scene.close());

interface Line {
  readonly msg: string;
  readonly step?: string;
  readonly operation?: string;
  readonly at?: readonly string[];
}

const lines = () => logged.map((line) => JSON.parse(line) as Line);

it('what a step logs, and that it failed, names its class, its workflow and itself', async () => {
  const { db } = scene.stack.deps;
  await db.query('ALTER TABLE zoom_audit_logs RENAME TO hidden_audit_logs');
  const classDate = await book(scene, { minutesAhead: 20 });
  const failed = await eventually('a step has failed', () => lines().find(({ msg }) => msg === 'step failed'));
  await db.query('ALTER TABLE hidden_audit_logs RENAME TO zoom_audit_logs');

  const about = { classDateId: classDate.id, workflowId: classDateWorkflowId(classDate) };
  expect(failed).toMatchObject({ ...about, level: 'error', error: 'SequelizeDatabaseError' });
  expect(failed.at?.join('\n')).toMatch(/^at .*src\/commands\//m);
  expect(JSON.stringify(failed)).not.toMatch(/INSERT|hidden_audit_logs|zoom_audit_logs/);
  // The history says which step it was, and nothing else of it.
  const { events } = await handleOf(scene, classDate).fetchHistory();
  const [told] = (events ?? []).flatMap((event) => event.activityTaskFailedEventAttributes?.failure ?? []);
  expect(told?.message).toBe(`${failed.step} failed; the worker's log says where`);
  expect(told?.stackTrace ?? '').toBe('');

  await scene.stack.deps.temporal.hintClassDate(classDate, 'retry now');
  await reaches(classDate, 'ready');
  const made = lines().find(({ msg, operation }) => msg === 'zoom answered' && operation === 'meetingCreate');
  expect(made).toMatchObject({ ...about, step: 'makeMeeting' });
  await cancel(scene, classDate);
});
