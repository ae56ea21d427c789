import path from 'node:path';
import { waitUntilReady } from '../../../src/dev/processes';
import { runSession } from '../../../src/dev/session';

/**
 * A launcher as small as can be, run by `launcher.test.ts` as a process of its own: `launcherFixture.ts bootstrap.mjs FOLDER
 * SCRIPT…` starts each script (JavaScript text that prints "ready") under the names child0, child1, …
 */
const [, folder = '', ...scripts] = process.argv.slice(2);

void runSession({ what: 'The fixture', folder, mayInstall: false, exitCodeWhenStopped: 0 }, async (session) => {
  for (const [index, script] of scripts.entries()) {
    const running = session.processes.spawn({
      name: `child${index}`,
      command: process.execPath,
      args: ['-e', script],
      env: session.environment.inherited,
      cwd: path.resolve(folder),
      graceMs: 500,
    });
    await waitUntilReady(running, () => running.log().includes('ready') || undefined, 10_000);
  }
  session.steps.say('all ready');
  return session.processes.untilOneEnds();
});
