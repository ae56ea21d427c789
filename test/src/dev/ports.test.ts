import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { choosePorts, freePortFrom } from '../../../src/dev/ports';

const folder = mkdtempSync(path.join(tmpdir(), 'ports-'));
const file = path.join(folder, 'ports.json');
const servers: Server[] = [];

afterEach(async () => {
  rmSync(file, { force: true });
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function occupy(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

it('takes the preferred ports when they are free, and remembers them', async () => {
  const port = await freePortFrom(41_000);
  expect(await choosePorts(file, { web: port })).toEqual({ web: port });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ web: port });
});

it('moves a taken port to a free one, and stays there', async () => {
  const port = await freePortFrom(41_100);
  await occupy(port);
  const { web } = await choosePorts(file, { web: port });
  expect(web).toBeGreaterThan(port);
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  expect(await choosePorts(file, { web: port })).toEqual({ web });
});

it('never gives one port to two names', async () => {
  const port = await freePortFrom(41_200);
  const { web, mailbox } = await choosePorts(file, { web: port, mailbox: port });
  expect(mailbox).not.toBe(web);
});

it('puts a demanded port before the remembered one', async () => {
  const first = await freePortFrom(41_300);
  const second = await freePortFrom(41_350);
  await choosePorts(file, { web: first });
  expect(await choosePorts(file, { web: first }, { web: second })).toEqual({ web: second });
});
