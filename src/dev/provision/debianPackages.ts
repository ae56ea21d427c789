import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { ask, findProgram, isRoot } from './programs';
import type { ProvisioningSession } from './ways';

/** Asked by Debian's package scripts before they start a service; 101 means "no". */
const POLICY = '/usr/sbin/policy-rc.d';
const INSTALL_TIMEOUT_MS = 15 * 60_000;

let lastInstallation: Promise<unknown> = Promise.resolve();

/**
 * Installs Debian packages without starting or enabling the services they bring. One call at a time: apt has one lock.
 *
 * @throws an Error when that is not wanted or not possible here
 */
export async function installDebianPackages(
  session: ProvisioningSession,
  packages: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  if (!findProgram(session.environment, ['apt-get'])) throw new Error('this is not a Debian or Ubuntu (no apt-get)');
  if (!isRoot()) throw new Error(`needs root: sudo apt-get install ${packages.join(' ')}`);
  if (!session.mayInstall) throw new Error('--no-install forbids installing system packages');
  const turn = lastInstallation.then(() => install(session, packages, say));
  lastInstallation = turn.catch(() => undefined);
  await turn;
}

async function install(
  session: ProvisioningSession,
  packages: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  say(`installing the system package ${packages.join(', ')} with apt-get (-- --no-install forbids this) …`);
  const env = { ...session.environment.inherited, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (name: string, ...args: string[]): Promise<string> =>
    session.processes.run(
      { name, command: 'apt-get', args: ['-y', '-o', 'DPkg::Lock::Timeout=120', ...args], env },
      { timeoutMs: INSTALL_TIMEOUT_MS },
    );
  // A list that cannot be refreshed may still hold the package, so its failure alone is not the end.
  await apt('apt-update', 'update').catch(() => undefined);
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    // --no-remove: rather none than one in place of, say, somebody's MySQL server.
    await apt('apt-install', 'install', '--no-install-recommends', '--no-remove', ...packages);
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
  // The package enables its own server at boot; nobody asked for that one, ours is private.
  if (packages.includes('mariadb-server')) await ask('systemctl', ['disable', 'mariadb']).catch(() => undefined);
}
