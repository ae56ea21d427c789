import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { createMailer, MailRefused, MailUnclear } from '../../../src/emails/mailer';
import { testConfig } from '../../support/config';

const MAIL = { from: 'classes@example.test', to: 'ada@example.test', raw: Buffer.from('Subject: Hello\r\n\r\nHello') };

type Step = 'greeting' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'the dot';

/** What a mail server says that takes everything, one answer a step. */
const YES: Readonly<Record<string, string>> = {
  greeting: '220 here',
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 welcome',
  DATA: '354 go on',
  'the dot': '250 taken',
};

/** A mail server that takes everything but at one step, where it says something else, or nothing at all. */
async function startServer(refusedStep: Step, answer: string | null): Promise<Server> {
  const server = createServer((socket) => {
    let inMessage = false;
    const say = (step: string) => {
      const line = step === refusedStep ? answer : (YES[step] ?? '250 well');
      if (line === null) return;
      socket.write(`${line}\r\n`);
      if (line.startsWith('421')) socket.end();
    };
    socket.on('error', () => undefined);
    createInterface(socket).on('line', (line) => {
      const over = line === '.';
      if (inMessage && !over) return;
      const word = over ? 'the dot' : (line.split(' ')[0] ?? '');
      inMessage = word === 'DATA';
      say(word);
    });
    say('greeting');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function errorAt(step: Step, answer: string | null): Promise<unknown> {
  const server = await startServer(step, answer);
  const { port } = server.address() as AddressInfo;
  const settings = {
    SMTP_PORT: String(port),
    SMTP_USER: 'user',
    SMTP_PASSWORD: 'password',
    DATABASE_URL: 'mysql://x/y',
  };
  const mailer = createMailer(testConfig(settings));
  const error: unknown = await mailer.send(MAIL, () => Promise.resolve()).catch((reason: unknown) => reason);
  mailer.close();
  server.close();
  return error;
}

async function answerAt(step: Step, answer: string) {
  const error = await errorAt(step, answer);
  if (!(error instanceof MailRefused)) throw new Error('The mail server refused nothing.', { cause: error });
  const { responseCode, aboutMail, permanent, atTheDoor } = error;
  return { responseCode, aboutMail, permanent, atTheDoor };
}

it.each<[Step, number, boolean]>([
  ['RCPT', 550, true],
  ['RCPT', 451, false],
  ['MAIL', 552, true],
  ['the dot', 552, true],
  ['the dot', 451, false],
])('at %s %i is about the mail', async (step, responseCode, permanent) => {
  expect(await answerAt(step, `${responseCode} no`)).toEqual({
    ...{ responseCode, aboutMail: true, permanent },
    atTheDoor: false,
  });
});

it.each<[Step, number]>([
  ['greeting', 421],
  ['greeting', 554],
  ['AUTH', 535],
  ['MAIL', 530],
  ['MAIL', 421],
  ['MAIL', 451],
  ['MAIL', 550],
  ['MAIL', 553],
  ['MAIL', 554],
  ['RCPT', 421],
  ['the dot', 421],
])('at %s %i is about the connection, our login or our sender: it makes no address bad', async (step, responseCode) => {
  expect(await answerAt(step, `${responseCode} no`)).toEqual({
    ...{ responseCode, aboutMail: false, permanent: false },
    atTheDoor: responseCode !== 421 && (step === 'greeting' || step === 'AUTH'),
  });
});

it.each<[Step, string]>([
  ['RCPT', '553 5.7.1 <classes@example.test>: Sender address rejected: not owned by user user'],
  ['RCPT', '554 5.7.1 <ada@example.test>: Relay access denied'],
  ['RCPT', '550 5.1.8 no such sender'],
  ['the dot', '554 Message rejected: Email address is not verified.'],
  ['the dot', '550 The from address does not match a verified Sender Identity.'],
  ['the dot', '550 5.7.60 SMTP; Client does not have permissions to send as this sender'],
])('at %s "%s" is about our sender: it makes no address bad', async (step, answer) => {
  const responseCode = Number(answer.slice(0, 3));
  const aboutUs = { responseCode, aboutMail: false, permanent: false, atTheDoor: false };
  expect(await answerAt(step, answer)).toEqual(aboutUs);
});

it('tells a server that falls silent over a mail from one that never greets', async () => {
  const steps = ['greeting', 'MAIL', 'RCPT', 'DATA', 'the dot'] as const;
  const errors = await Promise.all(steps.map((step) => errorAt(step, null)));
  expect(errors.map((error) => error instanceof MailUnclear && error.fellSilent)).toEqual([
    ...[false, true, true, true, true],
  ]);
});
