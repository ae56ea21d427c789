import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { checkMail } from '../../../src/checks/mail';
import { createMailer } from '../../../src/emails/mailer';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

/** What is found where the mail server is at another port. */
async function askAt(port: number) {
  const config = { ...site.deps.config, smtp: { ...site.deps.config.smtp, port } };
  const mailer = createMailer(config);
  const [server] = await checkMail({ ...site.deps, config, mailer });
  mailer.close();
  return server;
}

it('passes where the mail server answers and no mail failed', async () => {
  const checks = await checkMail(site.deps);
  expect(checks.map(({ name, verdict, remedy }) => [name, verdict, remedy])).toEqual([
    ['smtp', 'passed', null],
    ['mails', 'passed', null],
  ]);
});

it('fails where nobody listens, and says what to look at', async () => {
  await site.mailbox.addFault({ kind: 'down' });
  const [server] = await checkMail(site.deps);
  await site.mailbox.clearFaults();
  expect(server).toMatchObject({
    verdict: 'failed',
    why: `127.0.0.1 does not answer at port ${site.mailbox.smtpPort}.`,
    remedy: expect.stringContaining('SMTP_HOST, SMTP_PORT and SMTP_SECURE') as string,
  });
});

it('fails where the mail server answers and refuses, and says so', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).end('550 not you\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const found = await askAt((server.address() as AddressInfo).port);
  server.close();
  expect(found).toMatchObject({
    verdict: 'failed',
    why: '127.0.0.1 answers, and refuses (550).',
    remedy: expect.stringContaining('SMTP_USER and SMTP_PASSWORD') as string,
  });
});

it.each(['bounced', 'failed', 'unknown'] as const)(
  'warns of a mail that is %s, with its reason, and not of one that waits',
  async (state) => {
    const classDate = await buildClassDate();
    const { id: userId, email } = await buildUser('student');
    const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
    const mails = async () => (await checkMail(site.deps)).find(({ name }) => name === 'mails');
    const mail = await buildMail(classDate, pass, { state: 'queued' });
    expect(await mails()).toMatchObject({ verdict: 'passed', why: expect.stringContaining('waiting: 1') as string });
    await mail.update({ state, lastError: 'the mail server refused it (552)' });
    expect(await mails()).toMatchObject({
      verdict: 'warning',
      why: 'Of the last seven days 1 failed; the last one: the mail server refused it (552).',
      remedy: expect.stringContaining('mails status') as string,
    });
    await mail.destroy();
  },
);
