import fc from 'fast-check';
import { QueryTypes, type Transaction } from 'sequelize';
import { noteOutcome } from '../../../src/commands/noteOutcome';
import { publishEvents } from '../../../src/commands/publishEvents';
import { startEventPublisher } from '../../../src/eventPublisher';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { buildClassDate } from '../../factories/classes';
import { eventually } from '../../support/eventually';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let classDate: ClassDate;

beforeAll(async () => {
  website = await startWebsite();
  classDate = await buildClassDate();
});

afterAll(() => website.close());

beforeEach(() => OutcomeEvent.destroy({ where: {} }));

const begin = () => website.deps.db.transaction();
const write = (transaction: Transaction) => noteOutcome(classDate, 'class.live', transaction);

/** What a consumer gets who goes on from where they were. */
async function readFrom(after: number, limit = 100): Promise<{ ids: number[]; next: number }> {
  const all = await OutcomeEvent.findAll({ order: ['seq'] });
  const some = all.filter(({ seq }) => seq !== null && Number(seq) > after).slice(0, limit);
  return { ids: some.map(({ id }) => Number(id)), next: Number(some.at(-1)?.seq ?? after) };
}

it('puts an event that was written first and committed last behind what was read meanwhile', async () => {
  const [slow, quick] = [await begin(), await begin()];
  await write(slow);
  await write(quick);
  await quick.commit();
  await publishEvents(website.deps);
  const first = await readFrom(0);
  expect(first.ids).toHaveLength(1);
  await slow.commit();
  await publishEvents(website.deps);
  const second = await readFrom(first.next);
  expect(second.ids).toHaveLength(1);
  expect(second.ids[0]).toBeLessThan(first.ids[0] ?? 0);
});

it('tells nothing of what was rolled back', async () => {
  const [kept, undone] = [await begin(), await begin()];
  await write(undone);
  await write(kept);
  await undone.rollback();
  await kept.commit();
  expect(await publishEvents(website.deps)).toBe(1);
  expect((await readFrom(0)).ids).toHaveLength(1);
});

/** As a process does whose clock is so many hours ahead. */
const publishAt = (hours: number) =>
  publishEvents({ ...website.deps, clock: { now: () => addMinutes(new Date(), hours * 60) } });

async function databaseClock(): Promise<number> {
  const asked = 'SELECT UTC_TIMESTAMP(3) AS at';
  const [row] = await website.deps.db.query<{ at: Date }>(asked, { type: QueryTypes.SELECT });
  return row?.at.getTime() ?? NaN;
}

it.each([-1, 0, 1])('gives places by the database’s clock, also where a worker’s is %s h ahead', async (hours) => {
  await website.deps.db.transaction(write);
  const before = await databaseClock();
  await publishAt(hours);
  const place = Number(await OutcomeEvent.max('seq'));
  expect(place).toBeGreaterThanOrEqual(before);
  expect(place).toBeLessThanOrEqual(await databaseClock());
});

it('gives the place behind the last where the database’s clock has stepped back', async () => {
  const { db } = website.deps;
  await db.transaction(write);
  const last = (await databaseClock()) + 3_600_000;
  await OutcomeEvent.update({ seq: last }, { where: {} });
  await db.transaction(write);
  await publishAt(0);
  expect(await OutcomeEvent.max('seq').then(Number)).toBe(last + 1);
});

it('leaves an event at the place that another publisher gives it meanwhile, whose lock was lost', async () => {
  const { db } = website.deps;
  await db.transaction(write);
  await db.transaction(write);
  const [first] = await OutcomeEvent.findAll({ order: ['id'] });
  const other = await begin();
  await first?.update({ seq: 7 }, { transaction: other });
  const late = Promise.allSettled([publishEvents(website.deps)]);
  await eventually('it waits for the other one', async () => {
    const statements = `SELECT info FROM information_schema.processlist
      WHERE db = DATABASE() AND info LIKE 'UPDATE outcome_events SET seq%'`;
    return (await db.query(statements, { type: QueryTypes.SELECT })).length > 0;
  });
  await other.commit();
  const [outcome] = await late;
  expect(outcome.status).toBe('rejected');
  const places = async () => (await OutcomeEvent.findAll({ order: ['id'] })).map(({ seq }) => seq && Number(seq));
  expect(await places()).toEqual([7, null]);
  await publishEvents(website.deps);
  expect(await places()).toEqual([7, expect.any(Number)]);
});

const MOVES = ['write', 'commit oldest', 'commit newest', 'roll back', 'publish', 'read on'] as const;
const steps = fc.array(fc.constantFrom(...MOVES), { maxLength: 30 });

/** Transactions that are open at once, and a consumer that reads on while they are. */
class Scene {
  private readonly open: Transaction[] = [];
  private cursor = 0;
  readonly got: number[] = [];

  constructor(private readonly limit: number) {}

  async do(move: (typeof MOVES)[number]): Promise<unknown> {
    switch (move) {
      case 'write':
        return this.open.length < 3 ? this.write() : undefined;
      case 'commit oldest':
        return this.open.shift()?.commit();
      case 'commit newest':
        return this.open.pop()?.commit();
      case 'roll back':
        return this.open.shift()?.rollback();
      case 'publish':
        return Promise.all([publishAt(-1), publishAt(1)]);
      case 'read on':
        return this.readOn();
    }
  }

  async readOn(): Promise<void> {
    const { ids, next } = await readFrom(this.cursor, this.limit);
    this.got.push(...ids);
    this.cursor = next;
  }

  async finish(): Promise<OutcomeEvent[]> {
    for (const transaction of this.open) await transaction.commit();
    await publishEvents(website.deps);
    const all = await OutcomeEvent.findAll({ order: ['seq'] });
    for (let reads = 0; reads <= all.length; reads += 1) await this.readOn();
    return all;
  }

  private async write(): Promise<void> {
    const transaction = await begin();
    await write(transaction);
    this.open.push(transaction);
  }
}

it('a consumer misses none and gets none twice, however transactions, publishers with other clocks and readers interleave', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (moves, limit) => {
      await OutcomeEvent.destroy({ where: {} });
      const scene = new Scene(limit);
      for (const move of moves) await scene.do(move);
      const all = await scene.finish();
      expect(scene.got).toEqual(all.map(({ id }) => Number(id)));
    }),
    { numRuns: 25 },
  );
});

it('several publish what comes, go on after the database failed them, and stop when told', async () => {
  const { db } = website.deps;
  const publishers = [1, 2].map(() => startEventPublisher(website.deps, 10));
  const writeOne = () => db.transaction(write);
  const waiting = () => OutcomeEvent.count({ where: { seq: null } });
  await Promise.all(Array.from({ length: 10 }, writeOne));
  await eventually('all are published', async () => (await waiting()) === 0);
  await db.query('RENAME TABLE outcome_events TO hidden_events');
  await eventually('somebody says so', () =>
    website.logged.some((line) => line.includes('could not be published now')),
  );
  await db.query('RENAME TABLE hidden_events TO outcome_events');
  await writeOne();
  await eventually('it goes on', async () => (await waiting()) === 0);
  await Promise.all(publishers.map((publisher) => publisher.stop()));
  await writeOne();
  expect(await waiting()).toBe(1);
});
