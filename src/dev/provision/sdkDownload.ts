import { readdirSync } from 'node:fs';
import path from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { isProgram } from './programs';

/**
 * Run as a process of its own, since only starting a server makes the SDK download it: `sdkDownload.ts cli|test-server FOLDER
 * VERSION`. Prints the path of the program on its last line.
 */
async function main([what, downloadDir, version]: string[]): Promise<void> {
  if (!downloadDir || !version) throw new Error('usage: sdkDownload.ts cli|test-server FOLDER VERSION');
  const server = { executable: { type: 'cached-download', downloadDir, version } } as const;
  const environment = await (what === 'cli'
    ? TestWorkflowEnvironment.createLocal({ server })
    : TestWorkflowEnvironment.createTimeSkipping({ server }));
  await environment.teardown();
  const program = readdirSync(downloadDir)
    .map((file) => path.join(downloadDir, file))
    .find(isProgram);
  if (!program) throw new Error(`nothing was downloaded into ${downloadDir}`);
  process.stdout.write(`\n${program}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
