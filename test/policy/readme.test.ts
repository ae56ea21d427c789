import { existsInProject, projectFiles, readProjectFile } from '../support/repository';

const TOP_LEVEL = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'docker-compose.yml',
  'README.md',
  'src',
  'workflows',
  'activities',
  'migrations',
  'test',
];
/** Made by our commands, or by the reader; not part of the project. */
const MADE = /^(\.dev|dist|node_modules)(\/|$)|^\.env$/;
const NAME = /(?<![\w@/.-])[\w.-]+(?:\/|\.ts)(?=[\s,;]|$)/g;

const readme = readProjectFile('README.md');
const files = projectFiles();

/** The lines of the annotated tree. */
const tree = /\n```\n(migrations\/[\s\S]*?)\n```\n/.exec(readme)?.[1]?.split('\n') ?? [];

/**
 * The paths that a line of the tree names. A name stands below the folder of the lines above, or below the first name
 * of its own line.
 */
function pathsOf(line: string, above: string): string[][] {
  const names = line.match(NAME) ?? [];
  const [first = ''] = names;
  return names.map((name) => [`${above}${name}`, `${above}${first}${name}`]);
}

function namedInTree(): string[][] {
  let top = '';
  return tree.flatMap((line) => {
    const inside = line.startsWith(' ');
    if (!inside) top = line.match(NAME)?.[0] ?? '';
    return pathsOf(line, inside ? top : '');
  });
}

/** The folders that files stand in, at that depth: `src/` at 1, `src/routes/` at 2. */
function foldersAt(depth: number): string[] {
  const folders = files.map((file) => file.split('/')).filter((parts) => parts.length > depth);
  return [...new Set(folders.map((parts) => `${parts.slice(0, depth).join('/')}/`))].filter(
    (name) => !name.startsWith('.'),
  );
}

describe('the top level', () => {
  it('is closed', () => {
    const names = [...new Set(files.map((file) => file.split('/')[0] ?? ''))];
    expect(names.filter((name) => !name.startsWith('.') && !TOP_LEVEL.includes(name))).toEqual([]);
    expect(TOP_LEVEL.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("the README's annotated tree", () => {
  it('names only what exists', () => {
    expect(tree.length).toBeGreaterThan(10);
    const missing = namedInTree().filter((candidates) => !candidates.some((one) => existsInProject(one)));
    expect(missing.map(([one]) => one)).toEqual([]);
  });

  it('names every folder of the top level, of src and of test', () => {
    const named = namedInTree().flat();
    const tested = foldersAt(2).filter((folder) => folder.startsWith('test/'));
    const mirrors = foldersAt(1).map((folder) => `test/${folder}`);
    const expected = [
      ...foldersAt(1),
      ...foldersAt(2).filter((folder) => folder.startsWith('src/')),
      ...tested.filter((folder) => !mirrors.includes(folder)),
    ];
    expect(expected).toContain('src/commands/');
    expect(expected.filter((folder) => !named.includes(folder))).toEqual([]);
  });
});

describe('the way to production', () => {
  /** What is typed, block by block. */
  const blocks = [...readme.matchAll(/\n```sh\n([\s\S]*?)\n```\n/g)].map((match) => match[1] ?? '');
  const blockWith = (text: string) => blocks.find((block) => block.includes(text)) ?? '';
  const namesIn = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''));

  it('gives Docker every variable that docker-compose.yml insists on', () => {
    const wanted = namesIn(readProjectFile('docker-compose.yml'), /\$\{(\w+):\?/g);
    expect(wanted.size).toBeGreaterThan(7);
    const given = namesIn(blockWith('docker compose up'), /^(\w+)=/gm);
    expect([...wanted].filter((name) => !given.has(name))).toEqual([]);
  });

  it('makes the first admin on either way', () => {
    expect(blockWith('docker compose up')).toContain('docker compose exec web node dist/src/cli.js users create-admin');
    expect(blockWith('cli.js migrate')).toContain('node --env-file=.env dist/src/cli.js users create-admin');
  });

  it('starts services with the Node.js that it has put there, which everybody can read', () => {
    const prefix = /tar -xJf \$NODE\.tar\.xz -C (\S+) --strip-components=1/.exec(readme)?.[1] ?? 'nowhere';
    const started = [...readme.matchAll(/^ExecStart=(\S*node) /gm)].map((match) => match[1]);
    expect(started).toEqual([`${prefix}/bin/node`]);
    expect(prefix).toBe('/usr/local');
  });

  it('keeps backups that are whole, and tries them', () => {
    const backup = blockWith('mysqldump');
    expect(backup).toContain('--single-transaction');
    expect(backup).toContain('set -euo pipefail');
    expect(backup).toContain('systemctl enable --now dreamcrowd-backup.timer');
    expect(blockWith('CREATE DATABASE drill')).toContain('cli.js audit check');
    const restore = blockWith('DROP DATABASE dreamcrowd');
    const steps = [
      'systemctl stop',
      'zcat',
      'cli.js migrate',
      'cli.js restored',
      'systemctl start',
      'cli.js sweep',
      'cli.js doctor',
    ];
    const places = steps.map((step) => restore.indexOf(step));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places).not.toContain(-1);
  });
});

describe('the README', () => {
  const quoted = [...readme.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '');
  const indented = readme.split('\n').filter((line) => line.startsWith('    '));

  it('names only commands that exist', () => {
    const { scripts } = JSON.parse(readProjectFile('package.json')) as { scripts: Record<string, string> };
    const commands = [...quoted, ...indented].flatMap((text) => [
      ...[...text.matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1] ?? ''),
      ...[...text.matchAll(/\bnpm (start|test)\b/g)].map((match) => match[1] ?? ''),
    ]);
    expect(commands).toEqual(expect.arrayContaining(['start', 'test', 'check']));
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    const words = quoted.flatMap((text) => text.split(/\s+/));
    const files = words.filter(
      (word) => /^\.?[\w-]+(\.[\w-]+)*(\/[\w.-]+)+\/?$/.test(word) || /^\.?[\w-]+\.(ts|json|yml|md|mjs)$/.test(word),
    );
    const own = files.filter((word) => !MADE.test(word));
    expect(own).toContain('src/domain/classPlan.ts');
    expect(own.filter((word) => !existsInProject(word))).toEqual([]);
  });
});
