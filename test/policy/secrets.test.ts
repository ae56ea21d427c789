import { projectFiles, readProjectFile } from '../support/repository';

const REGISTRY = 'https://registry.npmjs.org/';

/** What belongs to one machine, or to nobody but its owner. Written so that this file does not hold it itself. */
const TELLING: readonly (readonly [string, RegExp])[] = [
  ['a path of somebody’s machine', /(?<![\w.-])\/(?:root|work|Users\/[a-z]\w*|home\/[a-z]\w*)\//],
  ['a path of Windows', /\b[A-Z]:\\(?:Users|work)\\/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a token of npm or GitHub', /\b(?:npm|gh[pousr])_[A-Za-z0-9]{36}\b/],
  ['a key of Amazon', /\bAKIA[0-9A-Z]{16}\b/],
  ['credentials for a registry', /_auth(?:Token)?\s*=/],
];

/** Registries of packages; everybody has these two. */
const PUBLIC_REGISTRIES = ['registry.npmjs.org', 'proxy.golang.org'];
const REGISTRY_HOST = /https?:\/\/([\w.-]*(?:registry|npm|artifactory|nexus|verdaccio|mirror|proxy)[\w.-]*)/g;

const files = projectFiles();

const tellingIn = (text: string) => TELLING.filter(([, pattern]) => pattern.test(text)).map(([what]) => what);

const privateRegistriesIn = (text: string) =>
  [...text.matchAll(REGISTRY_HOST)]
    .map((match) => match[1] ?? '')
    .filter((host) => host.includes('.') && !PUBLIC_REGISTRIES.includes(host) && !host.endsWith('npmjs.com'));

describe('the project', () => {
  it('tells nothing of the machines it was made on, and holds no secrets', () => {
    expect(files.length).toBeGreaterThan(100);
    const found = files.flatMap((file) => tellingIn(readProjectFile(file)).map((what) => `${file}: ${what}`));
    expect(found).toEqual([]);
  });

  it('names no registry of packages but the public ones', () => {
    const found = files.flatMap((file) => privateRegistriesIn(readProjectFile(file)).map((host) => `${file}: ${host}`));
    expect(found).toEqual([]);
    expect(files.filter((file) => /(^|\/)\.(npmrc|yarnrc(\.yml)?|netrc)$/.test(file))).toEqual([]);
  });

  it('holds no settings of anybody', () => {
    expect(files.filter((file) => /(^|\/)\.env(\.(?!sample$).*)?$/.test(file))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readProjectFile('package-lock.json')) as {
    packages: Record<string, { resolved?: string; integrity?: string; version?: string; link?: boolean }>;
  };
  const installed = Object.entries(packages).filter(([name]) => name.startsWith('node_modules/'));

  it('gets every package from the public registry, and knows it by its hash', () => {
    expect(installed.length).toBeGreaterThan(100);
    const elsewhere = installed.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith(REGISTRY));
    expect(elsewhere.map(([name]) => name)).toEqual([]);
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([name]) => name)).toEqual(
      [],
    );
    expect(installed.filter(([, { link }]) => link).map(([name]) => name)).toEqual([]);
  });
});

describe('the search', () => {
  const home = ['', 'home', 'somebody', 'project'].join('/');
  it.each([
    [`cd ${home}`, 'a path of somebody’s machine'],
    [`"${['', 'root', '.cache'].join('/')}"`, 'a path of somebody’s machine'],
    [`file://${['', 'work', 'main'].join('/')}`, 'a path of somebody’s machine'],
    [['C:', 'Users', 'me'].join('\\'), 'a path of Windows'],
    [`-----BEGIN RSA ${'PRIVATE'} KEY-----`, 'a private key'],
    [`token=ghp_${'a1'.repeat(18)}`, 'a token of npm or GitHub'],
    [`AKIA${'A1'.repeat(8)}`, 'a key of Amazon'],
    [['//host/:_auth', 'Token=x'].join(''), 'credentials for a registry'],
  ])('finds %s', (text, what) => {
    expect(tellingIn(`first line\n${text}\nlast line`)).toEqual([what]);
  });

  it('finds a private registry', () => {
    const host = ['npm', 'company', 'example'].join('.');
    expect(privateRegistriesIn(`"resolved": "https://${host}/a.tgz"`)).toEqual([host]);
    expect(privateRegistriesIn(`${REGISTRY}a/-/a-1.0.0.tgz https://www.npmjs.com/package/a`)).toEqual([]);
  });

  it('lets addresses of pages and folders of ours be', () => {
    expect(tellingIn('/admin/orders src/work/a.ts ../root/x https://example.com/homework/')).toEqual([]);
  });
});
