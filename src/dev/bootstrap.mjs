// The first file that runs on a bare machine: plain JavaScript, nothing but Node's own modules, and old syntax at the top
// so that an old Node reaches the message that says it is too old.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const INSTALLED = path.join(ROOT, 'node_modules/.dreamcrowd-lock');
const NEEDED_NODE = [20, 19];

const MODES = {
  start: './start.ts',
  test: './runTests.ts',
  servers: './servers.ts',
  bench: './runMeasurements.ts',
  faults: './runMeasurements.ts',
};

const HELP = `Usage: node src/dev/bootstrap.mjs MODE [OPTION…]

  start    everything, to try it out (npm start)
  test     every check and every test (npm test); file names or jest options after -- run only those tests
  bench    measures (npm run bench)
  faults   breaks things on purpose and counts what was lost (npm run faults)
  servers  only the servers that tests need, until Ctrl-C: prints what to export, then run single test files with
           npx jest --config .config/jest.config.cjs FILE (the values are also in .dev/test/env.json)

  --fresh       start: begin anew; database, Temporal, mailbox and Zoom stand-in are emptied
  --no-install  never install system packages
  --folder DIR  start: keep everything in DIR instead of .dev, with a .env of its own; two folders run side by side

Through npm, options go after two dashes: npm start -- --fresh
`;

const mode = process.argv[2];
const options = process.argv.slice(3);

if (!mode || !(mode in MODES) || options.includes('--help')) {
  process.stdout.write(HELP);
  process.exit(mode && mode !== '--help' && !(mode in MODES) ? 64 : 0);
}

checkNode();
installPackages();
const require = createRequire(import.meta.url);
require('tsx/cjs/api').register();
await require(MODES[mode]).main(options, mode);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) return;
  process.stderr.write(
    `This needs Node.js ${NEEDED_NODE.join('.')} or newer; this is ${process.versions.node}.\n` +
      'Install a newer one from https://nodejs.org, or with your version manager (nvm install 20), then try again.\n',
  );
  process.exit(69);
}

/** node_modules carries a hash of the lock file it was made from; anything else means packages are missing or stale. */
function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(path.join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === lock) return;
  process.stdout.write('Installing packages (npm ci), about half a minute …\n');
  const started = Date.now();
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      `npm ci failed${error ? ` (${error.message})` : ''}. Look at its messages above; without network it cannot fetch packages.\n`,
    );
    process.exit(69);
  }
  writeFileSync(INSTALLED, lock);
  process.stdout.write(`Packages installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}
