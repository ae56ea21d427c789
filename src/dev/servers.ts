import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT, runSession } from './session';
import { startTestServers } from './testServers';

/** Only the servers the tests need, until Ctrl-C. */
export async function main(options: readonly string[]): Promise<void> {
  const folder = path.join(PROJECT, '.dev/test');
  await runSession(
    { what: 'The set of test servers', folder, mayInstall: !options.includes('--no-install'), exitCodeWhenStopped: 0 },
    async (session) => {
      const { variables, failures } = await startTestServers(session);
      if (failures.length > 0) throw new Error(failures.join('\n\n'));
      writeFileSync(path.join(folder, 'env.json'), `${JSON.stringify(variables, null, 2)}\n`, { mode: 0o600 });
      const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
      session.steps.say(`\n${lines.join('\n')}\n\nReady. Ctrl-C stops the servers.`);
      return session.processes.untilOneEnds();
    },
  );
}
