import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { BookOrder } from '../models/BookOrder';
import type { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listOpenClassDates } from '../queries/listOpenClassDates';
import { addToOutbox } from '../temporal/outbox';
import { forgetRehearsals } from './forgetRehearsals';
import { reissuePass, replacePass } from './reissuePass';

/**
 * Gives a buyer who reads at another address from now on a link of their own there for each class date that is not over;
 * the former links stop working with the commit.
 *
 * @returns to how many class dates they are invited anew, and the outbox rows, to be delivered after the commit
 */
export async function movePasses(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  { id: userId, email }: User,
  transaction: Transaction,
): Promise<{ invitations: number; outboxIds: number[] }> {
  let invitations = 0;
  const outboxIds: number[] = [];
  const touched: number[] = [];
  for (const order of await BookOrder.findAll({ where: { userId }, order: ['id'], transaction })) {
    for (const classDate of await listOpenClassDates(order.id, transaction)) {
      const where = { classDateId: classDate.id, userId };
      const pass = await ZoomSecureToken.findOne({ where, lock: true, transaction });
      if (!pass) continue;
      await pass.update({ email }, { transaction });
      // One that was withdrawn stays so; given back one day, it is a new link.
      if (pass.revokedAt !== null) await replacePass(deps, pass, classDate, transaction);
      else if (await reissuePass(deps, pass, classDate, transaction)) invitations += 1;
      outboxIds.push(await addToOutbox({ classDateId: classDate.id }, 'roster changed', transaction));
      touched.push(classDate.id);
    }
  }
  await forgetRehearsals({ id: touched }, transaction);
  return { invitations, outboxIds };
}
