import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { readProjectFile } from '../support/repository';

/** Of the README, what is typed with Docker, block by block. */
const blocks = [...readProjectFile('README.md').matchAll(/\n```sh\n([\s\S]*?)\n```\n/g)]
  .map((match) => match[1] ?? '')
  .filter((block) => block.includes('docker compose'));
const blockWith = (text: string) => blocks.find((block) => block.includes(text)) ?? '';
const { services } = parse(readProjectFile('docker-compose.yml'), { merge: true }) as {
  services: Record<string, { environment?: object }>;
};

/** Says what it was called with, and reads all there is to read where it takes the terminal; within a service's container runs the rest there, as `docker compose exec -T` does. */
const DOCKER = `#!/bin/bash
if [[ "$*" == 'compose exec -T mysql '* ]]; then shift 4; MYSQL_ROOT_PASSWORD=of-root exec "$@"; fi
echo "docker $*" >> "$SAID"
if [[ $2 != up && $2 != stop ]]; then cat > /dev/null; fi
`;
/** Says as whom it was called, with what, and what it was given to read. */
const CLIENT = `#!/bin/bash
echo "$(basename "$0") $MYSQL_PWD $* <$(cat)" >> "$SAID"
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'docker-restore-'));
  for (const [name, script] of Object.entries({ docker: DOCKER, mysql: CLIENT, mysqldump: CLIENT })) {
    writeFileSync(path.join(folder, name), script);
    chmodSync(path.join(folder, name), 0o755);
  }
  writeFileSync(path.join(folder, '.env'), 'MYSQL_ROOT_PASSWORD=of-root\nMYSQL_PASSWORD=of-ours\n');
  writeFileSync(path.join(folder, '20300101-0100.sql.gz'), gzipSync('an older dump'));
  writeFileSync(path.join(folder, '20300102-0100.sql.gz'), gzipSync('the latest dump'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** @returns what was called, in its order */
function typed(block: string): string[] {
  const said = path.join(folder, 'said');
  const script = block.replaceAll(/\/var\/backups\/dreamcrowd|\/opt\/dreamcrowd-live/g, folder);
  const settings = `export PATH=${folder}:"$PATH" SAID=${said} TO=${path.join(folder, 'made')}`;
  // As by somebody who pastes it all: nothing may swallow the lines behind it.
  const input = `${settings}\n${script}\n`;
  execFileSync('bash', ['-e', '-o', 'pipefail', '-s'], { cwd: folder, input });
  return readFileSync(said, 'utf8').trimEnd().split('\n');
}

it('a backup is of our database alone, as root of MySQL', () => {
  expect(typed(blockWith('mysqldump'))).toEqual([
    'mysqldump of-root -u root --single-transaction --quick dreamcrowd <',
  ]);
});

it('a drill reads the latest backup back into a database of its own, with the password of ours', () => {
  expect(typed(blockWith('CREATE DATABASE drill'))).toEqual([
    `mysql of-root -u root -e CREATE DATABASE drill; GRANT ALL ON drill.* TO dreamcrowd@'%' <`,
    'mysql of-root -u root drill <the latest dump',
    'docker compose exec -T -e DATABASE_URL=mysql://dreamcrowd:of-ours@mysql:3306/drill web node dist/src/cli.js audit check',
    'mysql of-root -u root -e DROP DATABASE drill <',
  ]);
});

it('a restore calls nothing in web or worker while they are stopped', () => {
  expect(typed(blockWith('docker compose stop'))).toEqual([
    'docker compose stop web worker',
    expect.stringMatching(
      /^mysql of-root -u root -e DROP DATABASE dreamcrowd; CREATE DATABASE dreamcrowd .*utf8mb4/,
    ) as string,
    'mysql of-root -u root dreamcrowd <the latest dump',
    'docker compose run --rm -T migrate',
    'docker compose run --rm -T web node dist/src/cli.js restored',
    'docker compose up -d',
    ...['sweep', 'doctor', 'connections list'].map((what) => `docker compose exec -T web node dist/src/cli.js ${what}`),
  ]);
});

it('names services and variables that docker-compose.yml has', () => {
  const named = blocks
    .flatMap((block) => [
      ...block.matchAll(/docker compose (?:exec|run|stop)((?: -\S+(?: DATABASE_URL=\S+)?)*) (\w+)/g),
    ])
    .map((match) => match[2] ?? '');
  expect(new Set(named)).toEqual(new Set(['web', 'mysql', 'migrate']));
  expect(named.filter((name) => !(name in services))).toEqual([]);
  expect(Object.keys(services['mysql']?.environment ?? {})).toContain('MYSQL_ROOT_PASSWORD');
});
