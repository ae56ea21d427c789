import { randomBytes } from 'node:crypto';
import { createUser } from '../../../../src/commands/createUser';
import { inviteUser } from '../../../../src/commands/inviteUser';
import { createResetLimits, requestPasswordReset } from '../../../../src/commands/requestPasswordReset';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import type { Mailbox } from '../../../../src/dev/mailbox/server';
import { AccountLink } from '../../../../src/models/AccountLink';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { Session } from '../../../../src/models/Session';
import type { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { addressHash } from '../../../../src/security/addressHash';
import { HASHES_AT_ONCE, withinHashingCap } from '../../../../src/security/hashingCap';
import { SigningKeys } from '../../../../src/security/keyRing';
import { buildUser } from '../../../factories/people';
import { mailedPath, sendAccountMails, tokenIn } from '../../../support/accountMail';
import { Browser, parse, PASSWORD, passwordHash, signedInBrowser } from '../../../support/browser';
import { startMailedWebsite } from '../../../support/mailedWebsite';
import type { Website } from '../../../support/website';

const NEW = 'a new password of some length';

let mailbox: Mailbox;
let close: () => Promise<void>;
let website: Website;

beforeAll(async () => {
  ({ website, mailbox, close } = await startMailedWebsite());
});

afterAll(() => close());

beforeEach(() => website.restart());

const buildTeacher = async () => buildUser('teacher', { passwordHash: await passwordHash() });
const ask = (email: string, browser = new Browser(website)) => browser.submit(paths.passwordForgotten, { email });
const signIn = (email: string, password: string) => new Browser(website).submit(paths.login, { email, password });

/** Asks for a new password. @returns the path of the link that was mailed */
async function resetPath(user: User): Promise<string> {
  await ask(user.email);
  await sendAccountMails(website.deps, user.id);
  return mailedPath(mailbox, user.email);
}

async function choose(path: string, password: string, browser = new Browser(website)) {
  return browser.submit(paths.password, { token: tokenIn(path), password });
}

describe('a forgotten password', () => {
  it('is answered alike whoever asks, and mailed only to whoever may sign in', async () => {
    const teacher = await buildTeacher();
    const invited = await buildUser('admin');
    const student = await buildUser('student');
    const disabled = await buildUser('teacher', { passwordHash: await passwordHash(), disabledAt: new Date() });
    const before = await AccountLink.count();
    const pages = new Set<string>();
    const addresses = [teacher, invited, student, disabled].map(({ email }) => email);
    for (const email of [...addresses, 'nobody@example.test', 'no address', '']) {
      const answer = await ask(email);
      expect(answer.status).toBe(200);
      pages.add(answer.text);
    }
    expect(pages.size).toBe(1);
    const links = await AccountLink.findAll({ order: [['id', 'DESC']], limit: 2 });
    expect([(await AccountLink.count()) - before, links.map(({ userId }) => userId)]).toEqual([
      2,
      [invited.id, teacher.id],
    ]);
  });

  it('is not mailed to an address that differs in an accent', async () => {
    const user = await buildUser('admin', { email: 'jose@example.test', passwordHash: await passwordHash() });
    await ask('josé@example.test');
    expect(await AccountLink.count({ where: { userId: user.id } })).toBe(0);
  });

  it('fills nobody’s mailbox, and says nothing of it', async () => {
    const teacher = await buildTeacher();
    const pages = new Set<string>();
    for (let tries = 0; tries < 5; tries += 1) pages.add((await ask(teacher.email)).text);
    expect([pages.size, await AccountLink.count({ where: { userId: teacher.id } })]).toEqual([1, 3]);
  });

  it('tells the workflow that mails it, and the audit log, but no address', async () => {
    const teacher = await buildTeacher();
    await ask(teacher.email);
    const link = await AccountLink.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
    expect(website.temporal.hints).toContain(`account link ${link.id}: password reset asked for`);
    expect((await website.audited()).at(-1)).toBe('password_reset_asked');
    expect(website.logged.join('')).not.toContain(teacher.email);
  });
});

it('an admin sees from the audit log that addresses are tried out, and whoever tries learns nothing', async () => {
  const teacher = await buildTeacher();
  const asked = ['one@nowhere.test', 'ONE@nowhere.test', 'two@nowhere.test', teacher.email];
  const pages = new Set<string>();
  for (const email of asked) pages.add((await ask(email)).text);
  expect(pages.size).toBe(1);
  const [one, , , known] = await lastAsked(4);
  expect(known).toEqual({ known: true });
  expect(one).toEqual({ known: false, asked: expect.stringMatching(/^[0-9a-f]{12}$/) as string });
});

it('the audit log tells one unknown address from many within a day, and no reader of it can guess which it was', async () => {
  const limits = createResetLimits(website.deps);
  const askOn = (day: string, email: string, deps = website.deps) =>
    requestPasswordReset({ ...deps, clock: { now: () => new Date(`${day}T12:00:00Z`) } }, limits, email, THE_SYSTEM);
  const otherKeys = { ...website.deps, signingKeys: new SigningKeys([{ id: 'other', key: randomBytes(32) }]) };
  await askOn('2026-11-26', 'one@nowhere.test');
  await askOn('2026-11-26', 'ONE@nowhere.test');
  await askOn('2026-11-26', 'two@nowhere.test');
  await askOn('2026-11-27', 'one@nowhere.test');
  await askOn('2026-11-26', 'one@nowhere.test', otherKeys);
  const [one, again, ...others] = (await lastAsked(5)).map(({ asked }) => asked);
  expect(again).toBe(one);
  expect(new Set([one, ...others]).size).toBe(4);
  expect(addressHash('one@nowhere.test')).not.toContain(one);
});

/** What the audit log has of those who asked last, in their order. */
async function lastAsked(limit: number): Promise<Record<string, unknown>[]> {
  const where = { action: 'password_reset_asked' };
  const rows = await ZoomAuditLog.findAll({ where, order: [['id', 'DESC']], limit });
  return rows.reverse().map(({ metadata }) => JSON.parse(metadata ?? '{}') as Record<string, unknown>);
}

describe('the link that is mailed', () => {
  it('can be looked at by any mail scanner: only the form spends it, and only once', async () => {
    const teacher = await buildTeacher();
    const path = await resetPath(teacher);
    for (let looks = 0; looks < 3; looks += 1) {
      const page = await new Browser(website).get(path);
      expect([page.status, parse(page)('h1').text()]).toEqual([200, 'Choose a new password']);
      await new Browser(website).agent.head(path);
    }
    expect((await signIn(teacher.email, PASSWORD)).status).toBe(303);
    const answer = await choose(path, NEW);
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.login]);
    expect((await signIn(teacher.email, PASSWORD)).status).toBe(422);
    expect((await signIn(teacher.email, NEW)).status).toBe(303);
    const again = await choose(path, 'yet another password');
    expect([again.status, parse(again)('h1').text()]).toEqual([410, 'This link does not work any more']);
    expect((await new Browser(website).get(path)).status).toBe(410);
    expect((await signIn(teacher.email, NEW)).status).toBe(303);
  });

  it('ends every session of the person, and can be followed by no stale one', async () => {
    const { browser, user } = await signedInBrowser(website, 'teacher');
    const { browser: other } = await signedInBrowser(website, 'teacher');
    const kept = await Session.findOne({ where: { userId: user.id }, rejectOnEmpty: true });
    const { tokenHash, data, expiresAt } = kept;
    await choose(await resetPath(user), NEW);
    expect((await browser.get(paths.teacher)).status).toBe(303);
    expect((await other.get(paths.teacher)).status).toBe(200);
    // A request that was under way saves its session after it has been ended.
    await Session.upsert({ tokenHash, userId: user.id, data, expiresAt });
    expect((await browser.get(paths.teacher)).status).toBe(303);
  });

  it('says by mail that the password was changed', async () => {
    const teacher = await buildTeacher();
    await choose(await resetPath(teacher), NEW);
    await sendAccountMails(website.deps, teacher.id);
    const mail = mailbox.messages().findLast(({ to }) => to === teacher.email);
    expect(mail?.subject).toBe('Your password was changed');
    expect(mail?.text).toContain(paths.passwordForgotten);
    expect(mail?.text).not.toContain('token=');
  });

  it('stays good when the password is no good', async () => {
    const teacher = await buildTeacher();
    const path = await resetPath(teacher);
    for (const [password, words] of [
      ['short', 'at least 8 characters'],
      ['Password1', 'every list of leaked ones'],
      ['', 'at least 8 characters'],
    ] as const) {
      const answer = await choose(path, password);
      expect([answer.status, parse(answer)('.summary').text()]).toEqual([422, expect.stringContaining(words)]);
    }
    expect((await choose(path, NEW)).status).toBe(303);
  });

  it('is good for an hour', async () => {
    const teacher = await buildTeacher();
    const path = await resetPath(teacher);
    const link = await AccountLink.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
    expect(link.expiresAt.getTime() - link.createdAt.getTime()).toBeLessThanOrEqual(60 * 60_000);
    await link.update({ expiresAt: new Date(Date.now() - 1) });
    expect((await new Browser(website).get(path)).status).toBe(410);
    expect((await choose(path, NEW)).status).toBe(410);
  });

  it('dies when another one is used, and when the person is disabled', async () => {
    const teacher = await buildTeacher();
    const [first, second] = [await resetPath(teacher), await resetPath(teacher)];
    expect(first).not.toBe(second);
    expect((await new Browser(website).get(first)).status).toBe(200);
    await choose(second, NEW);
    expect((await choose(first, 'yet another password')).status).toBe(410);
    const third = await resetPath(teacher);
    await teacher.update({ disabledAt: new Date() });
    expect((await choose(third, 'yet another password')).status).toBe(410);
  });

  it('lets one of several who come at once change it', async () => {
    const teacher = await buildTeacher();
    const path = await resetPath(teacher);
    const answers = await Promise.all([1, 2, 3].map((number) => choose(path, `${NEW} ${number}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410]);
  });

  it('stays good when as many passwords are being hashed as may be', async () => {
    const path = await resetPath(await buildTeacher());
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const others = Array.from({ length: HASHES_AT_ONCE }, () => withinHashingCap(() => released));
    expect((await choose(path, NEW)).status).toBe(429);
    release();
    await Promise.all(others);
    expect((await choose(path, NEW)).status).toBe(303);
  });

  it.each(['', '?token=', '?token=0', `?token=${'0'.repeat(64)}`, '?token=a&token=b', `?token=${'x'.repeat(5_000)}`])(
    'is none: %s',
    async (query) => {
      const page = await new Browser(website).get(`${paths.password}${query}`);
      expect([page.status, parse(page)('h1').text()]).toEqual([410, 'This link does not work any more']);
    },
  );

  it('is kept nowhere, and sent to nobody else', async () => {
    const teacher = await buildTeacher();
    const path = await resetPath(teacher);
    const page = await new Browser(website).get(path);
    await choose(path, NEW);
    expect(page.headers['referrer-policy']).toBe('same-origin');
    expect(page.headers['cache-control']).toBe('no-store');
    const $ = parse(page);
    const outside = $('[href], [src], [action]').filter((_, one) =>
      Object.values(one.attribs).some((value) => /^(https?:)?\/\//.test(value)),
    );
    expect(outside.length).toBe(0);
    const token = tokenIn(path);
    expect(website.logged.join('')).not.toContain(token);
    expect(website.logged.join('')).not.toContain(NEW);
    for (const table of ['account_links', 'mail_deliveries', 'workflow_outbox', 'zoom_audit_logs', 'sessions']) {
      const [rows] = await website.deps.db.query(`SELECT * FROM ${table}`);
      expect([table, JSON.stringify(rows).includes(token)]).toEqual([table, false]);
    }
  });

  it('is not mailed any more once it is used', async () => {
    const teacher = await buildTeacher();
    await resetPath(teacher);
    await AccountLink.update({ withdrawnAt: new Date() }, { where: { userId: teacher.id } });
    await ask(teacher.email);
    await AccountLink.update({ withdrawnAt: new Date() }, { where: { userId: teacher.id } });
    await sendAccountMails(website.deps, teacher.id);
    const rows = await MailDelivery.findAll({ where: { userId: teacher.id }, order: ['id'] });
    expect(rows.map(({ state }) => state)).toEqual(['sent', 'skipped']);
  });
});

describe('an invitation', () => {
  const invited = async (role: 'teacher' | 'admin') => {
    const email = `${role}.${Math.random().toString(36).slice(2)}@example.test`;
    const person = { role, email, firstName: 'Ada', lastName: 'Lovelace', timeZone: 'Europe/London', password: null };
    const user = await createUser(website.deps, { ...person, invite: true }, THE_SYSTEM);
    await sendAccountMails(website.deps, user.id);
    return { user, path: mailedPath(mailbox, email) };
  };

  it.each([
    ['teacher', paths.zoom],
    ['admin', paths.admin],
  ] as const)('leads a %s to a password, and on to where they begin', async (role, home) => {
    const { user, path } = await invited(role);
    const browser = new Browser(website);
    const page = await browser.get(path);
    expect(parse(page)('h1').text()).toBe('Choose your password');
    expect(parse(page)('#email').attr('value')).toBe(user.email);
    const answer = await choose(path, NEW, browser);
    expect([answer.status, answer.headers['location']]).toEqual([303, home]);
    expect((await browser.get(home)).status).toBe(200);
    expect((await signIn(user.email, NEW)).status).toBe(303);
  });

  it('is good for a week, and replaced by the next one', async () => {
    const { user, path } = await invited('teacher');
    const link = await AccountLink.findOne({ where: { userId: user.id }, rejectOnEmpty: true });
    expect(Math.round((link.expiresAt.getTime() - Date.now()) / (24 * 60 * 60_000))).toBe(7);
    await inviteUser(website.deps, user.id, THE_SYSTEM);
    await sendAccountMails(website.deps, user.id);
    expect((await choose(path, NEW)).status).toBe(410);
    expect((await choose(mailedPath(mailbox, user.email), NEW)).status).toBe(303);
    await expect(inviteUser(website.deps, user.id, THE_SYSTEM)).rejects.toThrow('They have a password already.');
  });

  it('is for nobody who joins by links alone, or is disabled', async () => {
    const student = await buildUser('student');
    const disabled = await buildUser('teacher', { disabledAt: new Date() });
    await expect(inviteUser(website.deps, student.id, THE_SYSTEM)).rejects.toThrow('need no account');
    await expect(inviteUser(website.deps, disabled.id, THE_SYSTEM)).rejects.toThrow('Enable them first.');
  });

  it('reads well as plain text, too', async () => {
    const { user } = await invited('teacher');
    const mail = mailbox.messages().findLast(({ to }) => to === user.email);
    expect(mail?.subject).toBe('Choose your password for DreamCrowd Live');
    expect(mail?.text).toContain('Hello Ada,');
    expect(mail?.text).toContain('(Europe/London)');
    expect(mail?.html).toContain('Choose a password');
  });
});
