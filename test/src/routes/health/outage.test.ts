import { pino } from 'pino';
import request from 'supertest';
import { beat } from '../../../../src/commands/beat';
import { requireTestEnvironment } from '../../../../src/config/testEnvironment';
import { paths } from '../../../../src/routes/paths';
import { createTemporal } from '../../../../src/temporal/temporal';
import { testConfig } from '../../../support/config';
import { createTestDatabase, type TestDatabase } from '../../../support/database';
import { eventually } from '../../../support/eventually';
import { startTcpProxy, type TcpProxy } from '../../../support/tcpProxy';
import { startWebsite, type Website } from '../../../support/website';

/*
 * What the addresses for those who watch say while MySQL or Temporal is gone for real: the line to it is cut, or takes
 * everything and gives no answer, as a machine does whose disk is full or that has vanished from the network.
 */

let database: TestDatabase;
let databaseLine: TcpProxy;
let temporalLine: TcpProxy;
let website: Website;

const portOf = (url: string) => Number(new URL(url).port);

beforeAll(async () => {
  database = await createTestDatabase();
  databaseLine = await startTcpProxy(portOf(database.url));
  temporalLine = await startTcpProxy(portOf(`http://${requireTestEnvironment('temporalAddress')}`));
  const url = new URL(database.url);
  url.port = String(databaseLine.port);
  const settings = { DATABASE_URL: url.href, TEMPORAL_ADDRESS: `127.0.0.1:${temporalLine.port}` };
  const temporal = createTemporal(testConfig(settings), pino({ level: 'silent' }));
  website = await startWebsite(settings, { temporal });
});

afterAll(async () => {
  databaseLine.become('up');
  await website.close();
  await Promise.all([databaseLine.close(), temporalLine.close()]);
  await database.drop();
});

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await request(website.server).get(path);
  return { status: answer.status, body: answer.body as unknown };
}

/** With a worker at work, where that can be written down. */
async function allIsWell(): Promise<void> {
  await eventually('everything answers again', async () => (await ask(paths.readyz)).status === 200);
  await beat(website.deps, 'a worker');
  await website.restart();
  expect(await ask(paths.healthClasses)).toMatchObject({ status: 200, body: { status: 'ok' } });
}

beforeEach(allIsWell);
afterEach(() => {
  databaseLine.become('up');
  temporalLine.become('up');
});

it.each(['cut', 'silent'] as const)('the line to MySQL is %s', async (state) => {
  databaseLine.become(state);
  // As often as a watch asks that gets no answer, and more often than there are connections.
  const answers = await Promise.all(Array.from({ length: 30 }, () => ask(paths.readyz)));
  const body = { status: 'unavailable', database: 'does not answer', temporal: 'ok' };
  expect(answers).toEqual(answers.map(() => ({ status: 503, body })));
  expect((await ask(paths.healthz)).status).toBe(200);
  // What was asked a moment ago is not asked again.
  const classes = await eventually('the health of classes is asked anew', async () => {
    const answer = await ask(paths.healthClasses);
    return answer.status === 503 ? answer : null;
  });
  expect(classes.body).toEqual({ status: 'failing', reasons: ['The database does not answer.'], warnings: [] });
  databaseLine.become('up');
  await allIsWell();
});

it.each(['cut', 'silent'] as const)('the line to Temporal is %s', async (state) => {
  temporalLine.become(state);
  const body = { status: 'unavailable', database: 'ok', temporal: 'does not answer' };
  expect(await ask(paths.readyz)).toEqual({ status: 503, body });
  expect((await ask(paths.healthz)).status).toBe(200);
  expect((await ask(paths.healthClasses)).status).toBe(200);
  temporalLine.become('up');
  await allIsWell();
});
