import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/eventually';
import type { Scene } from '../support/classScene';
import { writeHistory } from '../support/historyFile';
import { startShortHistoryScene } from '../support/shortHistoryScene';
import { startSkippingScene } from '../support/skippingScene';
import { continuedAsNew, SCENARIOS, type Scenario } from './scenarios';

/*
 * Records test/histories/*.json: what running workflows of today's code have behind them. Do it again, and look at the
 * difference, whenever a change of workflows/ is meant to alter what they do (a released change also needs `patched`):
 *
 *   node src/dev/bootstrap.mjs servers     (then export what it prints)
 *   npx tsx test/replay/record.ts [names]
 */
const HISTORIES = path.join(__dirname, '../histories');
const OVER = ['COMPLETED', 'CONTINUED_AS_NEW'];

/** All of them, or those that are named. */
const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);

async function main(): Promise<void> {
  mkdirSync(HISTORIES, { recursive: true });
  await inScene(await startSkippingScene(), async (scene) => {
    for (const [name, scenario] of Object.entries(SCENARIOS)) {
      if (isWanted(name)) await record(scene, name, scenario);
    }
  });
  if (!isWanted('continuedAsNew')) return;
  await inScene(await startShortHistoryScene(), (scene) => record(scene, 'continuedAsNew', continuedAsNew));
}

async function inScene(
  scene: Scene & { close(): Promise<void> },
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
}

async function record(scene: Scene, name: string, scenario: Scenario): Promise<void> {
  process.stdout.write(`${name} …\n`);
  const run = await scenario(scene);
  await eventually('its run ends', async () => OVER.includes((await run.describe()).status.name), 30_000);
  writeHistory(path.join(HISTORIES, `${name}.json`), await run.fetchHistory());
  scene.stack.zoom.control.clearFaults();
  await scene.stack.mailbox.clearFaults();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
