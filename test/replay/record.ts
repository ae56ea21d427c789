import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { requireTestEnvironment } from '../../src/config/testEnvironment';
import type { ClassDate } from '../../src/models/ClassDate';
import { ends, handleOf, type Scene } from '../support/classScene';
import { startClassStack } from '../support/classStack';
import { writeHistory } from '../support/historyFile';
import { quietTemporal } from '../support/quietTemporal';
import { continuedAsNew, SCENARIOS, type Scenario } from './scenarios';

/*
 * Records test/histories/*.json: what running workflows of today's code have behind them. Do it again, and look at the
 * difference, whenever a change of workflows/ is meant to alter what they do (a released change also needs `patched`):
 *
 *   node src/dev/bootstrap.mjs servers     (then export what it prints)
 *   npx tsx test/replay/record.ts
 */
const HISTORIES = path.join(__dirname, '../histories');
/** Low enough that a few hints fill a history. */
const SUGGEST_CONTINUE_AS_NEW = 'limit.historyCount.suggestContinueAsNew=40';

async function main(): Promise<void> {
  quietTemporal();
  mkdirSync(HISTORIES, { recursive: true });
  const skipping = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: requireTestEnvironment('timeSkippingServer') } },
  });
  await inScene(skipping, async (scene) => {
    for (const [name, scenario] of Object.entries(SCENARIOS)) await record(scene, name, scenario);
  });
  const real = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: requireTestEnvironment('temporalCli') },
      extraArgs: ['--dynamic-config-value', SUGGEST_CONTINUE_AS_NEW],
    },
  });
  await inScene(real, (scene) => record(scene, 'continuedAsNew', continuedAsNew));
}

async function inScene(env: TestWorkflowEnvironment, play: (scene: Scene) => Promise<void>): Promise<void> {
  const stack = await startClassStack({ address: env.address ?? '', namespace: env.namespace ?? 'default' });
  try {
    await play({
      stack,
      client: env.client,
      now: async () => new Date(await env.currentTimeMs()),
      sleep: (ms) => env.sleep(ms),
    });
  } finally {
    await stack.close();
    await env.teardown();
  }
}

async function record(scene: Scene, name: string, scenario: Scenario): Promise<void> {
  process.stdout.write(`${name} …\n`);
  const classDate = await scenario(scene);
  await ends(scene, classDate);
  await save(scene, name, classDate);
  scene.stack.zoom.control.clearFaults();
  await scene.stack.mailbox.clearFaults();
}

async function save(scene: Scene, name: string, classDate: ClassDate): Promise<void> {
  const last = await handleOf(scene, classDate).fetchHistory();
  const first = last.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId ?? undefined;
  const history = name === 'continuedAsNew' ? await handleOf(scene, classDate, first).fetchHistory() : last;
  writeHistory(path.join(HISTORIES, `${name}.json`), history);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
