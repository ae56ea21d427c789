import path from 'node:path';
import { PROJECT, runSession } from './session';
import { startTestServers } from './testServers';

const LAUNCHER_OPTIONS = ['--no-install', '--fresh'];

/** `npm run bench` and `npm run faults`: the servers of the tests, then `test/bench/main.ts` or `test/faults/main.ts`. */
export async function main(args: readonly string[], mode: 'bench' | 'faults'): Promise<void> {
  await runSession(
    {
      what: `npm run ${mode}`,
      folder: path.join(PROJECT, `.dev/${mode}`),
      mayInstall: !args.includes('--no-install'),
      exitCodeWhenStopped: 130,
    },
    async (session) => {
      const { variables, failures } = await startTestServers(session);
      if (failures.length > 0) throw new Error(failures.join('\n\n'));
      session.steps.say('');
      const outcome = await session.processes.spawn({
        name: mode,
        command: process.execPath,
        args: [
          ...['--import', 'tsx', path.join(PROJECT, `test/${mode}/main.ts`)],
          ...args.filter((argument) => !LAUNCHER_OPTIONS.includes(argument)),
        ],
        env: { ...session.environment.inherited, ...variables },
        cwd: PROJECT,
        shown: true,
      }).exited;
      return outcome === 'exit code 0' ? 0 : 1;
    },
  );
}
