import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApiKey } from '../../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { requireTestEnvironment } from '../../../src/config/testEnvironment';
import { User } from '../../../src/models/User';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { buildPushEndpoint } from '../../factories/pushes';
import { buildRefusedEdit } from '../../factories/refusedEdits';
import { createEmptyDatabase } from '../../support/database';
import { deleteNamespace } from '../../support/devScene';
import { fingerprintOf } from '../../support/fingerprint';
import { runCli, runCommands, type Ran } from '../../support/cli';
import { createNamespace } from '../../support/namespace';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

interface Case {
  /** as it is typed, with everything it needs */
  readonly args: readonly string[];
  /** makes it wrong */
  readonly wrong: readonly string[];
  readonly json?: boolean;
  readonly dryRun?: boolean;
  /** needs no database to do its work */
  readonly offline?: boolean;
  /** asks Temporal before anything else */
  readonly needsTemporal?: boolean;
  /** tells of what does not answer as it tells of the rest */
  readonly reports?: boolean;
}

const PERSON = ['--email', 'root@example.org', '--first-name', 'Ro', '--last-name', 'Ot', '--generate'];
/** An address of the public internet, which nobody asks a name server for. */
const RECEIVER = 'https://8.8.8.8/events';
const NEW_PERSON = ['--email', 'new@example.org', '--first-name', 'Ne', '--last-name', 'W'];
const LINK = `https://live.example.org/join/class/1?token=${'0'.repeat(64)}`;

/** With one class date. */
const CSV_FILE = path.join(mkdtempSync(path.join(tmpdir(), 'import-')), 'dates.csv');
writeFileSync(CSV_FILE, 'order,class_date,start,time_zone,minutes\n1,a,2030-01-15T10:00,UTC,60');

const NEW_KEY = ['--customer', 'shop', '--scopes', 'orders:read'];

/** Every command there is: held against the program's own list below. */
const CASES: readonly Case[] = [
  { args: ['migrate'], wrong: ['--down-all', 'another'], json: true, dryRun: true },
  { args: ['connections', 'list'], wrong: ['--all'], json: true },
  { args: ['refresh-tokens'], wrong: ['--now'], json: true, dryRun: true },
  { args: ['generate-meetings'], wrong: ['--from', 'monday'], json: true, dryRun: true },
  { args: ['keys', 'new'], wrong: ['--id', 'no spaces'], json: true, offline: true },
  { args: ['keys', 'rotate'], wrong: ['--now'], json: true, dryRun: true },
  { args: ['api-keys', 'list'], wrong: ['--all'], json: true },
  { args: ['api-keys', 'create', 'Sync', ...NEW_KEY], wrong: ['--days', 'x'], json: true, dryRun: true },
  { args: ['api-keys', 'change', '1', '--scopes', 'orders:read'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['api-keys', 'revoke', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'list'], wrong: ['--all'], json: true },
  { args: ['push-endpoints', 'create', RECEIVER, '--customer', 'shop'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'change', '1', '--types', 'class.live'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'on', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'off', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'delete', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'rotate', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'test', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['push-endpoints', 'deliveries', '1'], wrong: ['--state', 'lost'], json: true },
  { args: ['push-endpoints', 'replay', '1', '--event', 'evt_1'], wrong: ['--event', 'x'], json: true, dryRun: true },
  { args: ['class-dates', 'import', CSV_FILE], wrong: ['--all'], json: true, dryRun: true },
  { args: ['class-dates', 'reschedule', '1', '--minutes', '45'], wrong: ['--zone', 'Mars'], json: true, dryRun: true },
  { args: ['class-dates', 'cancel', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['class-dates', 'reopen', '1'], wrong: ['--minutes', 'ten'], json: true, dryRun: true },
  { args: ['class-dates', 'teacher', '1', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['class-dates', 'put-room-back', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['orders', 'change', '1', '--title', 'Maths 8'], wrong: ['--buyer', 'me'], json: true, dryRun: true },
  { args: ['orders', 'cancel', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['guests', 'list', '1'], wrong: ['--all'], json: true },
  {
    args: ['guests', 'add', '1', '--guest', 'Mum <mum@example.org>'],
    wrong: ['--guest', 'mum'],
    json: true,
    dryRun: true,
  },
  { args: ['guests', 'correct', '1', '--name', 'Dad'], wrong: ['--email', 'dad'], json: true, dryRun: true },
  { args: ['guests', 'remove', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['refused-edits', 'list'], wrong: ['--all'], json: true },
  { args: ['refused-edits', 'keep-ours', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['refused-edits', 'take-theirs', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['audit', 'check'], wrong: ['--head', 'abc'], json: true },
  { args: ['webhooks', 'replay', '--class', '1'], wrong: ['--class', 'one'], json: true, dryRun: true },
  { args: ['doctor'], wrong: ['--quick'], json: true, reports: true },
  { args: ['setup', 'check'], wrong: ['--quick'], json: true, reports: true },
  { args: ['status'], wrong: ['--all'], json: true },
  { args: ['passes', 'probe', LINK], wrong: ['too', 'many'], json: true },
  { args: ['classes', 'due'], wrong: ['--minutes', 'ten'], json: true },
  { args: ['sweep'], wrong: ['--all'], json: true, dryRun: true, needsTemporal: true },
  { args: ['schedules', 'list'], wrong: ['--all'], json: true, needsTemporal: true },
  { args: ['schedules', 'run', 'cleanup'], wrong: ['twice'], json: true, dryRun: true, needsTemporal: true },
  { args: ['class-times', 'check'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['mails', 'list'], wrong: ['--state', 'lost'], json: true },
  { args: ['mails', 'resend', '--class', '1'], wrong: ['--class', 'one'], json: true, dryRun: true },
  { args: ['mails', 'retry'], wrong: ['--days', '0'], json: true, dryRun: true },
  { args: ['mails', 'status'], wrong: ['--all'], json: true },
  { args: ['mails', 'test', 'me@example.org'], wrong: ['more'], json: true, dryRun: true, offline: true },
  { args: ['users', 'create-admin', ...PERSON], wrong: ['--passport', 'x'], json: true, dryRun: true },
  { args: ['users', 'list'], wrong: ['--role', 'owner'], json: true },
  { args: ['users', 'create', '--role', 'teacher', ...NEW_PERSON], wrong: ['--all'], json: true, dryRun: true },
  { args: ['users', 'change', '1', '--last-name', 'Hill'], wrong: ['--time-zone', 'Mars'], json: true, dryRun: true },
  { args: ['users', 'invite', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['users', 'disable', '1'], wrong: ['two'], json: true, dryRun: true },
  { args: ['users', 'enable', '1'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['restored'], wrong: ['--all'], json: true, dryRun: true },
  { args: ['cleanup'], wrong: ['--all'], json: true, dryRun: true },
];

const nameOf = ({ args }: Case) => args.slice(0, 2).join(' ');
const NO_DATABASE = 'mysql://nobody@127.0.0.1:9/none';
const NO_TEMPORAL = '127.0.0.1:9';

let site: ZoomSite;
let settings: Record<string, string>;

beforeAll(async () => {
  site = await startZoomSite();
  settings = { ...site.settings, TEMPORAL_ADDRESS: NO_TEMPORAL };
  // The class date 1 of the order 1, with the teacher 1 and the guest 1.
  await buildClassDate({ order: await buildOrder({ guests: ['dad@example.org'] }) });
  await buildPushEndpoint(site.deps, { url: 'https://8.8.8.8/' });
  const key = { name: 'Shop', customer: 'shop', scopes: ['events:read'], callsAMinute: 10, days: null };
  await createApiKey(site.deps, key, THE_SYSTEM);
  await buildRefusedEdit(site.deps);
});

afterAll(() => site.close());

function all(pick: (one: Case) => readonly string[], changed: Record<string, string> = {}): Promise<Ran[]> {
  return runCommands(CASES.map(pick), { settings: { ...settings, ...changed } });
}

/** Which of the commands a check fails for, by name. */
function failing(ran: readonly Ran[], isWell: (one: Ran, of: Case) => boolean): unknown[] {
  return CASES.flatMap((of, index) => {
    const one = ran[index];
    return one && isWell(one, of) ? [] : [{ name: nameOf(of), ...one }];
  });
}

it('is known here, each of them', async () => {
  const [top] = await runCommands([['--help']], { settings });
  const names = (help: string) => [...help.matchAll(/^ {2}([a-z][\w-]*)(?= |$)/gm)].map((match) => match[1] ?? '');
  const tops = names(top?.out.split('Commands:')[1] ?? '').filter((name) => name !== 'help');
  expect(tops.length).toBeGreaterThan(8);
  const known = CASES.map(({ args: [name] }) => name);
  expect(tops.filter((name) => !known.includes(name))).toEqual([]);
  const groups = await runCommands(
    tops.map((name) => [name, '--help']),
    { settings },
  );
  const subcommands = groups.flatMap(({ out }, index) =>
    names(out.split('Commands:')[1] ?? '').map((name) => `${tops[index]} ${name}`),
  );
  const mine = CASES.map(nameOf);
  expect(subcommands.filter((name) => !/ help$/.test(name) && !mine.includes(name))).toEqual([]);
});

it('explains itself with --help', async () => {
  const ran = await all(({ args }) => [...args.slice(0, 2).filter((word) => !word.startsWith('-')), '--help']);
  expect(
    failing(ran, ({ code, out, err }) => code === 0 && /^Usage: dreamcrowd-live /.test(out) && err === ''),
  ).toEqual([]);
});

function isJson({ out }: Ran): boolean {
  try {
    JSON.parse(out);
    return true;
  } catch {
    return false;
  }
}

it('prints JSON, and nothing else, with --json, whatever is logged meanwhile', async () => {
  const asked = CASES.filter(({ json, needsTemporal }) => json && !needsTemporal);
  const ran = await runCommands(
    asked.map(({ args, dryRun }) => [...args, '--json', ...(dryRun ? ['--dry-run'] : [])]),
    { settings: { ...settings, LOG_LEVEL: 'info' } },
  );
  expect(ran.some(({ err }) => err.includes('"level":"info"'))).toBe(true);
  expect(ran.flatMap((one, index) => (isJson(one) ? [] : [{ args: asked[index]?.args, ...one }]))).toEqual([]);
});

it('prints JSON also where it asks Temporal', async () => {
  const address = requireTestEnvironment('temporalAddress');
  const namespace = await createNamespace(address);
  const asking = CASES.filter(({ needsTemporal }) => needsTemporal);
  const ran = await runCommands(
    asking.map(({ args, dryRun }) => [...args, '--json', ...(dryRun ? ['--dry-run'] : [])]),
    { settings: { ...settings, LOG_LEVEL: 'info', TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace } },
  );
  await deleteNamespace(address, namespace);
  expect(ran.filter((one) => !isJson(one) || (one.code !== 0 && one.code !== 1))).toEqual([]);
});

it('changes nothing with --dry-run', async () => {
  const dry = CASES.filter(({ dryRun, needsTemporal }) => dryRun && !needsTemporal);
  expect(dry.length).toBeGreaterThan(5);
  await buildClassDate({ startsAt: new Date(Date.now() + 10 * 60_000) });
  const before = await fingerprintOf(site.deps, []);
  const ran = await runCommands(
    dry.map(({ args }) => [...args, '--dry-run']),
    { settings },
  );
  expect(ran.filter(({ code }) => code !== 0 && code !== 1)).toEqual([]);
  expect(await fingerprintOf(site.deps, [])).toBe(before);
});

/** It says what is wrong, where errors are said, and shows nothing of how it is made. */
function says({ out, err }: Ran): boolean {
  return out === '' && err.trim().length > 10 && !/\n\s+at |Error:.*\bat /.test(err);
}

it('ends with 64 and a sentence on a wrong argument', async () => {
  const ran = await all(({ args, wrong }) => [...args, ...wrong]);
  expect(failing(ran, (one) => one.code === 64 && says(one))).toEqual([]);
});

it.each([
  ['an unknown option', ({ args }: Case) => [...args, '--no-such-option'], /unknown option '--no-such-option'/],
  ['an argument too many', ({ args }: Case) => [...args, 'more', 'than', 'there', 'are'], /too many arguments/],
])('ends with 64 and a sentence on %s', async (_what, typed, words) => {
  const ran = await all(typed);
  expect(failing(ran, (one) => one.code === 64 && says(one) && words.test(one.err))).toEqual([]);
});

it('ends with 64 and a sentence where what it needs is not given', async () => {
  const needy = CASES.filter((one) => one.args.join(' ') !== nameOf(one));
  expect(needy.length).toBeGreaterThan(10);
  const ran = await runCommands(
    needy.map((one) => nameOf(one).split(' ')),
    { settings },
  );
  expect(ran.filter((one) => one.code !== 64 || !says(one))).toEqual([]);
});

it.each([[[]], [['--json']]])('ends with 69 and a sentence without a database (%s)', async (more: string[]) => {
  const ran = await all(({ args, dryRun }) => [...args, ...(dryRun ? ['--dry-run'] : []), ...more], {
    DATABASE_URL: NO_DATABASE,
  });
  const isWell = (one: Ran, { offline, reports, needsTemporal }: Case) => {
    const { code, out, err } = one;
    if (needsTemporal) return code === 69 && says(one) && /^(The database|Temporal) does not answer\./.test(err);
    if (offline) return code === 0;
    if (reports) return code === 1 && out.includes('It does not answer') && err === '';
    if (!says(one)) return false;
    return code === 69 && err.trim() === 'The database does not answer. Is it running, and is DATABASE_URL right?';
  };
  expect(failing(ran, isWell)).toEqual([]);
});

it('ends with 69 and a sentence where the database was never migrated', async () => {
  const empty = await createEmptyDatabase();
  const [ran] = await runCommands([['status']], { settings: { ...settings, DATABASE_URL: empty.url } });
  await empty.drop();
  expect([ran?.code, ran?.err.trim()]).toEqual([69, 'The database is not up to date. Run the command migrate first.']);
});

it('ends with 69 and a sentence without Temporal, where that is needed', async () => {
  const asking = CASES.filter(({ needsTemporal }) => needsTemporal);
  const ran = await runCommands(
    asking.map(({ args }) => args),
    { settings },
  );
  expect(ran.map(({ code, err }) => [code, err.trim()])).toEqual(
    asking.map(() => [69, 'Temporal does not answer. Is it running, and is TEMPORAL_ADDRESS right?']),
  );
});

it('says that Temporal does not answer, and does what needs none', async () => {
  const [doctor] = await runCommands([['doctor', '--json']], { settings });
  const checks = JSON.parse(doctor?.out ?? '') as { name: string; verdict: string; remedy: string | null }[];
  expect(checks.find(({ name }) => name === 'temporal')).toMatchObject({ verdict: 'failed' });
  expect(checks.filter(({ verdict, remedy }) => verdict === 'failed' && remedy === null)).toEqual([]);
});

it('ends with 78 on wrong settings, and names each at once', async () => {
  const wrong = { ...settings, SMTP_HOST: '', APP_URL: 'nowhere' };
  const { code, err } = await runCli(['status'], { settings: wrong });
  expect(code).toBe(78);
  expect(err).toContain('SMTP_HOST: is missing');
  expect(err).toContain('APP_URL: must be an address');
  const setup = await runCli(['setup', 'check'], { settings: wrong });
  expect(setup.code).toBe(78);
  expect(setup.out).toContain('SMTP_HOST: is missing');
  expect(setup.out).toMatch(/warning .*ENCRYPTION_KEYS/);
});

describe('passes probe', () => {
  it('tells how it stands with a link, and writes it nowhere', async () => {
    const classDate = await buildClassDate();
    const buyer = await buildUser('student');
    const { pass, token } = await buildPass(site.deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
    const link = `https://live.example.org/join/class/${classDate.id}?token=${token}`;
    const { code, out, err } = await runCli(['passes', 'probe', '-'], { settings, input: `${link}\n` });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Pass ${pass.id} of class date ${classDate.id}. The class does not open yet.`);
    expect(out).not.toContain(token);
    expect(out).not.toContain(buyer.email);
    const unknown = await runCli(['passes', 'probe', LINK, '--json'], { settings });
    expect([unknown.code, unknown.out.trim()]).toEqual([1, 'null']);
    expect((await runCli(['passes', 'probe', 'https://live.example.org'], { settings })).code).toBe(64);
  });
});

describe('users create-admin', () => {
  const given = ['--email', 'first@example.org', '--first-name', 'Fi', '--last-name', 'Rst'];

  it('takes the password from what is piped in, never as an argument', async () => {
    const made = await runCli(['users', 'create-admin', ...given], { settings, input: 'a long enough one\n' });
    expect([made.code, made.err]).toEqual([0, '']);
    expect(made.out).toContain('first@example.org is an admin now');
    expect(made.out).not.toContain('a long enough one');
    expect(await User.count({ where: { email: 'first@example.org', role: 'admin' } })).toBe(1);
    const again = await runCli(['users', 'create-admin', ...given, '--generate'], { settings });
    expect([again.code, again.err.trim()]).toEqual([64, 'Somebody with this e-mail address is here already.']);
    const weak = await runCli(['users', 'create-admin', ...given], { settings, input: 'short\n' });
    expect([weak.code, weak.err]).toEqual([64, expect.stringContaining('at least 8 characters')]);
  });
});
