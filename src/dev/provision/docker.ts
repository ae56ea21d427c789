import { createHash } from 'node:crypto';
import type { Job, RunningProcess } from '../processes';
import { ask, requireProgram } from './programs';
import type { ProvisioningSession } from './ways';

const PULL_TIMEOUT_MS = 10 * 60_000;

export interface Container {
  readonly name: string;
  readonly image: string;
  /** port here → port in the container */
  readonly ports: Readonly<Record<number, number>>;
  /** Where in the container the data lives that is to outlast it. */
  readonly dataFolder: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly command?: readonly string[];
}

/** Runs a container in the foreground, so that ending the client ends the container; its data is a volume of its own. */
export async function runContainer(
  session: ProvisioningSession,
  container: Container,
  say: (text: string) => void,
): Promise<RunningProcess> {
  const docker = await requireDocker(session);
  const name = containerName(session, container.name);
  const env = session.environment.inherited;
  say(`fetching the container image ${container.image} …`);
  const pull: Job = {
    name: `${container.name}-pull`,
    command: docker,
    args: ['pull', '--quiet', container.image],
    env,
  };
  await session.processes.run(pull, { timeoutMs: PULL_TIMEOUT_MS });
  await ask(docker, ['rm', '--force', name]).catch(() => undefined);
  const ports = Object.entries(container.ports).flatMap(([here, there]) => ['-p', `127.0.0.1:${here}:${there}`]);
  const variables = Object.keys(container.variables ?? {}).flatMap((variable) => ['-e', variable]);
  return session.processes.spawn({
    name: container.name,
    command: docker,
    args: [
      ...['run', '--rm', '--name', name, '-v', `${name}:${container.dataFolder}`],
      ...ports,
      ...variables,
      ...(container.options ?? []),
      container.image,
      ...(container.command ?? []),
    ],
    // Passwords go by the client's environment, where `ps` does not show them.
    env: { ...env, ...container.variables },
  });
}

/** Takes a container's data away. */
export async function removeContainerData(session: ProvisioningSession, name: string): Promise<void> {
  const docker = await requireDocker(session);
  await ask(docker, ['rm', '--force', containerName(session, name)]).catch(() => undefined);
  await ask(docker, ['volume', 'rm', '--force', containerName(session, name)]);
}

async function requireDocker(session: ProvisioningSession): Promise<string> {
  const docker = requireProgram(session.environment, ['docker']);
  await ask(docker, ['info']).catch(() => {
    throw new Error('docker is there, but its engine does not answer (docker info)');
  });
  return docker;
}

function containerName(session: ProvisioningSession, name: string): string {
  return `dreamcrowd-live-${createHash('sha256').update(session.folder).digest('hex').slice(0, 10)}-${name}`;
}
