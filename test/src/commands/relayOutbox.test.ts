import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { relayOutbox } from '../../../src/commands/relayOutbox';
import type { ClassDate } from '../../../src/models/ClassDate';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { addToOutbox, deliverOutbox } from '../../../src/temporal/outbox';
import { createTemporal } from '../../../src/temporal/temporal';
import { buildClassDate } from '../../factories/classes';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let classDate: ClassDate;

beforeAll(async () => {
  website = await startWebsite();
  classDate = await buildClassDate();
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.deps.db.query('DELETE FROM workflow_outbox');
  website.temporal.hints.splice(0);
  website.temporal.unreachable = new Set();
});

const inSeconds = (count: number) => new Date(Date.now() + count * 1_000);
const dueAgain = () => WorkflowOutbox.update({ leaseUntil: inSeconds(-1) }, { where: { deliveredAt: null } });
const undelivered = () => WorkflowOutbox.count({ where: { deliveredAt: null } });

/** Rows that nobody has delivered after their commit. */
async function leaveBehind(count: number, of: ClassDate = classDate): Promise<number[]> {
  const ids: number[] = [];
  for (let row = 0; row < count; row += 1) ids.push(await addToOutbox({ classDateId: of.id }, 'roster changed', null));
  await dueAgain();
  return ids;
}

it('delivers each row once when several workers are at it', async () => {
  await leaveBehind(150);
  await Promise.all([1, 2, 3].map(() => relayOutbox(website.deps)));
  expect(website.temporal.hints).toHaveLength(150);
  expect(await WorkflowOutbox.count({ where: { attempts: 1 } })).toBe(150);
  expect(await undelivered()).toBe(0);
});

it('leaves a row to whoever wrote it, and to whoever delivers it, for a while', async () => {
  await addToOutbox({ classDateId: classDate.id }, 'booked', null);
  const [leased = 0] = await leaveBehind(1);
  await WorkflowOutbox.update({ leaseUntil: inSeconds(9) }, { where: { reason: 'booked' } });
  await WorkflowOutbox.update({ leaseHolder: 'a worker', leaseUntil: inSeconds(20) }, { where: { id: leased } });
  await relayOutbox(website.deps);
  expect(website.temporal.hints).toEqual([]);
});

it('takes a row over from a worker that died between taking and delivering it', async () => {
  const [id = 0] = await leaveBehind(1);
  await WorkflowOutbox.update({ leaseHolder: 'of a dead worker', attempts: 1 }, { where: { id } });
  await relayOutbox(website.deps);
  expect(website.temporal.hints).toEqual([`${classDate.id}: roster changed`]);
  expect(await WorkflowOutbox.findByPk(id)).toMatchObject({ attempts: 2, leaseHolder: null });
});

it('stops at once when Temporal does not answer, loses nothing, and delivers all when it does again', async () => {
  await leaveBehind(60);
  website.temporal.unreachable = 'all';
  expect(await relayOutbox(website.deps)).toBe(false);
  expect(await WorkflowOutbox.count({ where: { attempts: 1 } })).toBe(25);
  expect(await WorkflowOutbox.count({ where: { attempts: 0 } })).toBe(35);

  website.temporal.unreachable = new Set();
  expect(await relayOutbox(website.deps)).toBe(true);
  // The others rest two seconds, which may be over.
  expect(website.temporal.hints.length).toBeGreaterThanOrEqual(35);
  await dueAgain();
  await relayOutbox(website.deps);
  expect(website.temporal.hints).toHaveLength(60);
  expect(await undelivered()).toBe(0);
});

it('lets what cannot be delivered rest, longer each time, and starves nobody behind it', async () => {
  const unlucky = await buildClassDate();
  const [stuck = 0] = await leaveBehind(1, unlucky);
  await leaveBehind(40);
  website.temporal.unreachable = new Set([unlucky.id]);
  await relayOutbox(website.deps);
  expect(website.temporal.hints).toHaveLength(40);
  const restOf = async () => {
    const { leaseUntil, updatedAt } = await WorkflowOutbox.findByPk(stuck, { rejectOnEmpty: true });
    return { leaseUntil: leaseUntil?.getTime() ?? 0, updatedAt };
  };
  const first = await restOf();
  for (let tries = 0; tries < 12; tries += 1) {
    await dueAgain();
    await relayOutbox(website.deps);
  }
  const last = await restOf();
  expect(last.leaseUntil - first.leaseUntil).toBeGreaterThan(20_000);
  expect(last.leaseUntil).toBeLessThan(Date.now() + 31_000);
  expect(await undelivered()).toBe(1);
});

describe('a Temporal that takes calls and never answers', () => {
  const calls: Socket[] = [];
  let silent: Server;

  beforeAll(async () => {
    silent = createServer((socket) => calls.push(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
  });

  afterAll(() => {
    silent.close();
    for (const call of calls) call.destroy();
  });

  it('keeps a page no longer than the patience of a page, and the row stays for the relay', async () => {
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const config = { ...website.deps.config, temporal: { ...website.deps.config.temporal, address } };
    const temporal = createTemporal(config, website.deps.logger);
    const outboxId = await addToOutbox({ classDateId: classDate.id }, 'booked', null);
    const relay = temporal.hintClassDate(classDate, 'booked').catch(() => 'the relay gave up');
    const page = deliverOutbox({ ...website.deps, temporal }, outboxId).then(() => 'the page went on');
    expect(await Promise.race([relay, page])).toBe('the page went on');
    await Promise.all([relay, page]);
    await temporal.close();
    expect(await WorkflowOutbox.findByPk(outboxId)).toMatchObject({ deliveredAt: null, attempts: 0 });
  });
});
