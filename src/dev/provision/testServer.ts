import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installDebianPackages } from './debianPackages';
import { downloadBySdk } from './download';
import { isProgram, requireProgram } from './programs';
import { firstThatWorks, type ProvisioningSession } from './ways';

const VERSION = '1.38.0';
/** The SDK's download gives the newest; a version of the CLI means nothing to it. */
const SDK_VERSION = 'default';
const MAVEN_TIMEOUT_MS = 10 * 60_000;

const ADVICE = `Install Java 11 or newer and Maven (Debian, Ubuntu: apt-get install default-jre-headless maven; macOS: brew install maven),
then try again.`;

/** The executable of Temporal's time-skipping test server. */
export async function findTimeSkippingServer(
  session: ProvisioningSession,
  say: (text: string) => void,
): Promise<string> {
  const target = path.join(session.environment.cacheFolder, `temporal-test-server-${VERSION}`);
  return firstThatWorks(
    {
      what: 'time-skipping Temporal test server',
      advice: ADVICE,
      ways: [
        {
          name: 'the cache',
          attempt: () =>
            isProgram(target) ? Promise.resolve(target) : Promise.reject(new Error(`${target} is not there yet`)),
        },
        {
          name: "the Temporal SDK's download",
          attempt: () => downloadBySdk(session, { kind: 'test-server', version: SDK_VERSION, target }, say),
        },
        { name: 'Maven', attempt: () => fetchByMaven(session, target, say) },
        {
          name: "Debian's Java and Maven",
          attempt: async () => {
            await installDebianPackages(session, ['default-jre-headless', 'maven'], say);
            return fetchByMaven(session, target, say);
          },
        },
      ],
    },
    say,
  );
}

async function fetchByMaven(
  session: ProvisioningSession,
  target: string,
  say: (text: string) => void,
): Promise<string> {
  const maven = requireProgram(session.environment, ['mvn']);
  requireProgram(session.environment, ['java']);
  say('fetching the time-skipping test server with Maven …');
  const folder = `${target}.jars`;
  if (!existsSync(folder)) await copyJars(session, maven, folder);
  // It must start within the SDK's five seconds, and be the process itself, since the SDK kills only that one.
  const options = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto';
  writeFileSync(target, `#!/bin/sh\nexec java ${options} -cp '${folder}/*' io.temporal.testserver.TestServer "$@"\n`);
  chmodSync(target, 0o755);
  return target;
}

async function copyJars(session: ProvisioningSession, maven: string, folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const pom = path.join(unfinished, 'pom.xml');
  writeFileSync(pom, POM);
  await session.processes.run(
    {
      name: 'test-server-maven',
      command: maven,
      args: ['-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`],
      env: session.environment.inherited,
    },
    { timeoutMs: MAVEN_TIMEOUT_MS },
  );
  renameSync(unfinished, folder);
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev</groupId>
  <artifactId>temporal-test-server-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId>
      <artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
