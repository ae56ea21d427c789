import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { runCommands } from '../../support/cli';
import { testSettings } from '../../support/config';
import { startMailSite, type MailSite } from '../../support/mailSite';

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

const run = (...commands: (readonly string[])[]) => {
  const { database, smtp } = site.deps.config;
  const settings = testSettings({ DATABASE_URL: database.url, SMTP_PORT: String(smtp.port) });
  return runCommands(
    commands.map((args) => ['mails', ...args]),
    { settings },
  );
};

it('status shows by which server mails go, how they stand, and which failed and why, without an address', async () => {
  const [none] = await run(['status']);
  expect(none?.out).toContain('last seven days: none\nNone of them failed.');
  const classDate = await buildClassDate();
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
  await buildMail(classDate, pass);
  const failed = await buildMail(classDate, pass, { kind: 'new_link', state: 'bounced', lastError: 'refused (550)' });
  const [shown, json] = await run(['status'], ['status', '--json']);
  const port = site.mailbox.smtpPort;
  expect(shown?.out).toContain(`by 127.0.0.1, port ${port}, TLS where the server offers it, without a login`);
  expect(shown?.out).toContain('<classes@example.test>');
  expect(shown?.out).toMatch(/^last seven days: (bounced 1, sent 1|sent 1, bounced 1)$/m);
  expect(shown?.out).toMatch(
    new RegExp(`^${failed.id} +new_link +bounced +${classDate.id} +\\S+Z +refused \\(550\\)$`, 'm'),
  );
  expect(JSON.parse(json?.out ?? '')).toMatchObject({
    config: { host: '127.0.0.1', port, user: null },
    counts: { sent: 1, bounced: 1 },
    failed: [{ id: failed.id, state: 'bounced', why: 'refused (550)' }],
  });
  expect([shown?.out, json?.out].join('')).not.toContain(email);
});

it('test sends one mail to oneself, none in a trial, and says what came of it', async () => {
  const tested = () => ZoomAuditLog.count({ where: { action: 'mail_tested' } });
  const [tried, noAddress] = await run(['test', 'me@example.org', '--dry-run'], ['test', 'me']);
  expect(tried?.out.trim()).toBe(`Would send one mail to me@example.org by 127.0.0.1, port ${site.mailbox.smtpPort}.`);
  expect([noAddress?.code, noAddress?.err]).toEqual([64, expect.stringContaining('Enter an e-mail address')]);
  expect([site.mailbox.count(), await tested()]).toEqual([0, 0]);

  const [sent, json] = await run(['test', 'me@example.org'], ['test', 'me@example.org', '--json']);
  expect([sent?.code, sent?.out, sent?.err]).toEqual([0, expect.stringContaining('127.0.0.1 has taken it.'), '']);
  expect(JSON.parse(json?.out ?? '')).toMatchObject({ accepted: true });
  expect(site.mailbox.messages().map(({ to }) => String(to))).toEqual(['me@example.org', 'me@example.org']);
  expect(await tested()).toBe(2);

  await site.mailbox.addFault({ kind: 'refuse', address: 'me@example.org' });
  const [refused] = await run(['test', 'me@example.org']);
  await site.mailbox.clearFaults();
  expect([refused?.code, refused?.out, refused?.err]).toEqual([
    1,
    '',
    expect.stringContaining('refuses sender or recipient (550)'),
  ]);
  expect(site.mailbox.count()).toBe(2);
});
