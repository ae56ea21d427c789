import { changeOrder } from '../../src/commands/changeOrder';
import { putOrder } from '../../src/commands/putOrder';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { Deps } from '../../src/deps';
import { ChangedHereError } from '../../src/errors';
import type { BookOrder } from '../../src/models/BookOrder';
import { RefusedEdit } from '../../src/models/RefusedEdit';
import { orderContent } from './orderContents';
import { buildUser } from './people';

let count = 0;

/** An order of a shop's that was renamed here to "As we say", and that the shop wants to be called "As the shop says". */
export async function buildRefusedEdit(deps: Deps): Promise<{ edit: RefusedEdit; order: BookOrder }> {
  count += 1;
  const { email } = await buildUser('teacher');
  const id = { customer: 'shop', orderId: `refused-${count}` };
  const precondition = { ifMatch: null, onlyNew: false, revision: null, accept: [] };
  const put = (title: string) =>
    putOrder(deps, { ...orderContent(email), ...id, ...precondition, title, guests: [] }, THE_SYSTEM);
  const { order } = await put('As it was sold');
  await changeOrder(deps, { orderId: order.id, title: 'As we say' }, THE_SYSTEM);
  await expect(put('As the shop says')).rejects.toBeInstanceOf(ChangedHereError);
  return { edit: await RefusedEdit.findOne({ where: { orderId: order.id }, rejectOnEmpty: true }), order };
}
