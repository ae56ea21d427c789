import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { load } from 'cheerio';
import { createTransport } from 'nodemailer';
import type { Fault } from '../../../src/dev/mailbox/faults';
import { startMailbox, type Mailbox } from '../../../src/dev/mailbox/server';

let mailbox: Mailbox;
const folder = mkdtempSync(path.join(tmpdir(), 'mailbox-'));

beforeAll(async () => {
  mailbox = await startMailbox({ dir: folder });
});

beforeEach(async () => {
  await mailbox.clearFaults();
  mailbox.clear();
});

afterAll(async () => {
  await mailbox.close();
  rmSync(folder, { recursive: true });
});

function send(overrides: Record<string, unknown> = {}): Promise<unknown> {
  const transport = createTransport({ host: '127.0.0.1', port: mailbox.smtpPort });
  return transport
    .sendMail({
      from: 'DreamCrowd <classes@example.test>',
      to: 'maria@example.test',
      subject: 'Your class – größer',
      text: 'Plain words',
      html: '<html><head></head><body><h1>Class</h1><script>document.title = "no"</script></body></html>',
      messageId: '<m1@example.test>',
      ...overrides,
    })
    .finally(() => transport.close());
}

describe('receiving', () => {
  it('keeps what came, with its envelope', async () => {
    await send({ to: ['maria@example.test', 'tom@example.test'] });
    const answer = await fetch(`${mailbox.url}/api/messages`);
    expect(await answer.json()).toEqual([
      expect.objectContaining({
        id: expect.any(String) as string,
        to: 'maria@example.test, tom@example.test',
        subject: 'Your class – größer',
        text: expect.stringContaining('Plain words') as string,
        html: expect.stringContaining('<h1>Class</h1>') as string,
        messageId: '<m1@example.test>',
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      }),
    ]);
  });

  it('offers no STARTTLS and takes any login', async () => {
    const transport = createTransport({
      host: '127.0.0.1',
      port: mailbox.smtpPort,
      auth: { user: 'anybody', pass: 'anything' },
    });
    await transport.sendMail({ from: 'a@example.test', to: 'b@example.test', subject: 'With a login', text: 'x' });
    transport.close();
    expect(mailbox.messages().map(({ subject }) => subject)).toEqual(['With a login']);
    await expect(createTransport({ port: mailbox.smtpPort, requireTLS: true }).verify()).rejects.toThrow(/STARTTLS/);
  });

  it('shows the newest first and forgets on DELETE', async () => {
    await send({ subject: 'first' });
    await send({ subject: 'second' });
    const list = async (): Promise<{ subject: string }[]> =>
      (await (await fetch(`${mailbox.url}/api/messages`)).json()) as { subject: string }[];
    expect((await list()).map(({ subject }) => subject)).toEqual(['second', 'first']);
    expect((await fetch(`${mailbox.url}/api/messages`, { method: 'DELETE' })).status).toBe(204);
    expect(await list()).toEqual([]);
  });

  it('has its mails again after a restart', async () => {
    await send({ subject: 'kept' });
    const before = mailbox.messages();
    const again = await startMailbox({ dir: folder });
    expect(again.messages()).toEqual(before);
    await again.close();
  });
});

describe('reading', () => {
  it('lists mails and finds by recipient', async () => {
    await send({ to: 'maria@example.test', subject: 'For Maria' });
    await send({ to: 'tom@example.test', subject: 'For <b>Tom</b>' });
    const all = load(await (await fetch(mailbox.url)).text());
    expect(
      all('#mails .subject')
        .toArray()
        .map((item) => all(item).text()),
    ).toEqual(['For <b>Tom</b>', 'For Maria']);
    const found = load(await (await fetch(`${mailbox.url}/?q=MARIA`)).text());
    expect(found('#mails .subject').text()).toBe('For Maria');
  });

  it('shows a mail in a sandbox that runs nothing', async () => {
    await send();
    const [mail] = mailbox.messages();
    const page = await fetch(`${mailbox.url}/messages/${mail?.id}`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const $ = load(await page.text());
    expect($('iframe').attr('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
    expect($('script:not([src])')).toHaveLength(0);
    const html = await fetch(`${mailbox.url}${$('iframe').attr('src')}`);
    const policy = html.headers.get('content-security-policy');
    expect(policy).toMatch(/^sandbox /);
    expect(policy).not.toContain('allow-scripts');
    expect(await html.text()).toContain('<head><base target="_blank"></head>');
  });

  it('shows text and source', async () => {
    await send();
    const [mail] = mailbox.messages();
    const view = async (name: string): Promise<string> => {
      const $ = load(await (await fetch(`${mailbox.url}/messages/${mail?.id}?view=${name}`)).text());
      return $('pre').text();
    };
    expect(await view('text')).toContain('Plain words');
    expect(await view('source')).toContain('Message-ID: <m1@example.test>');
  });

  it('answers only to names of this machine', async () => {
    const status = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(mailbox.url).port), '127.0.0.1');
      socket.write('GET /api/messages HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
      socket.once('data', (data) => resolve(data.toString().split('\r\n')[0] ?? ''));
    });
    expect(status).toContain('421');
  });
});

describe('faults', () => {
  async function addByApi(fault: Fault): Promise<number> {
    const answer = await fetch(`${mailbox.url}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    return answer.status;
  }

  it('greylists one address for a time', async () => {
    expect(await addByApi({ kind: 'greylist', address: 'maria@example.test', ms: 3_600_000 })).toBe(201);
    await expect(send()).rejects.toMatchObject({ responseCode: 451 });
    await send({ to: 'tom@example.test' });
    const anHourLater = Date.now() + 3_600_000;
    const now = jest.spyOn(Date, 'now').mockReturnValue(anHourLater);
    await send().finally(() => now.mockRestore());
    expect(mailbox.count()).toBe(2);
  });

  it('refuses an address until told otherwise', async () => {
    await addByApi({ kind: 'refuse', address: 'maria@example.test' });
    await expect(send({ to: 'Maria@example.test' })).rejects.toMatchObject({ responseCode: 550 });
    await fetch(`${mailbox.url}/api/faults`, { method: 'DELETE' });
    await send();
    expect(mailbox.count()).toBe(1);
  });

  it.each([
    { stored: true, kept: 1 },
    { stored: false, kept: 0 },
  ])('breaks the connection after the message, stored: $stored', async ({ stored, kept }) => {
    await mailbox.addFault({ kind: 'drop', times: 1, stored });
    await expect(send()).rejects.toThrow(/closed|ECONNRESET|disconnected/i);
    expect(mailbox.count()).toBe(kept);
    await send();
    expect(mailbox.count()).toBe(kept + 1);
  });

  it('is too busy as often as told', async () => {
    await mailbox.addFault({ kind: 'busy', times: 1 });
    await expect(send()).rejects.toThrow(/421/);
    await send();
    expect(mailbox.count()).toBe(1);
  });

  it('is slow with its 250', async () => {
    await mailbox.addFault({ kind: 'slow', ms: 200, times: 1 });
    const started = Date.now();
    await send();
    expect(Date.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('is down until taken back, on the same port', async () => {
    await addByApi({ kind: 'down' });
    await expect(send()).rejects.toMatchObject({ code: 'ESOCKET' });
    await fetch(`${mailbox.url}/api/faults`, { method: 'DELETE' });
    await send();
    expect(mailbox.count()).toBe(1);
  });

  it('names what is wrong with a fault', async () => {
    const answer = await fetch(`${mailbox.url}/api/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'greylist', address: 'nobody', ms: 5 }),
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({ problems: ['address: must be an e-mail address'] });
  });
});
