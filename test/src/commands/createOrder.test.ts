import type { Transaction } from 'sequelize';
import { createOrder } from '../../../src/commands/createOrder';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { BookOrder } from '../../../src/models/BookOrder';
import type { User } from '../../../src/models/User';
import { buildUser } from '../../factories/people';
import { waitsForALock } from '../../support/lockWaits';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const create = (buyer: User, teacher: User, guests: string) =>
  createOrder(website.deps, { title: 'Maths 7B', buyerId: buyer.id, teacherId: teacher.id, guests }, THE_SYSTEM);

/** What comes of the second when it begins before the first is committed. */
async function whileChanging<T>(
  change: (transaction: Transaction) => Promise<unknown>,
  begin: () => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const transaction = await website.deps.db.transaction();
  try {
    await change(transaction);
    const begun = Promise.allSettled([begin()]);
    await waitsForALock(website.deps.db);
    await transaction.commit();
    return (await begun)[0];
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

it.each(['buyer', 'teacher'] as const)('is not made for a %s who is disabled at that instant', async (who) => {
  const people = { buyer: await buildUser('student'), teacher: await buildUser('teacher') };
  const made = await whileChanging(
    (transaction) => people[who].update({ disabledAt: new Date() }, { transaction }),
    () => create(people.buyer, people.teacher, ''),
  );
  expect(made).toMatchObject({ status: 'rejected', reason: { fields: [{ field: `${who}Id` }] } });
  expect(await BookOrder.count()).toBe(0);
});

it('has no guest at the address that its buyer moves to at that instant', async () => {
  const [buyer, teacher] = [await buildUser('student'), await buildUser('teacher')];
  const made = await whileChanging(
    (transaction) => buyer.update({ email: 'moved@example.test' }, { transaction }),
    () => create(buyer, teacher, 'Moved <moved@example.test>'),
  );
  expect(made).toMatchObject({ status: 'fulfilled', value: { notes: [expect.stringContaining('is the buyer')] } });
  expect(await website.countRows('order_guests')).toEqual([0]);
});
