import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ProvisioningSession } from './ways';

/** A hundred megabytes over a slow line; where a download is refused it fails at once. */
const TIMEOUT_MS = 180_000;

/** Fetches a server by the Temporal SDK's own download and puts it at `target`. */
export async function downloadBySdk(
  session: ProvisioningSession,
  what: { readonly kind: 'cli' | 'test-server'; readonly version: string; readonly target: string },
  say: (text: string) => void,
): Promise<string> {
  say("trying the Temporal SDK's own download …");
  const folder = `${what.target}.download`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const printed = await session.processes.run(
      {
        name: `download-${what.kind}`,
        command: process.execPath,
        args: ['--import', 'tsx', path.join(__dirname, 'sdkDownload.ts'), what.kind, folder, what.version],
        env: session.environment.inherited,
      },
      { timeoutMs: TIMEOUT_MS },
    );
    const program = printed.trimEnd().split('\n').at(-1) ?? '';
    chmodSync(program, 0o755);
    renameSync(program, what.target);
    return what.target;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
