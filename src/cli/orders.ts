import type { Command } from 'commander';
import { cancelOrder } from '../commands/cancelOrder';
import { changeOrder, type OrderChanged } from '../commands/changeOrder';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { runEdit, withEditOptions, type EditOptions } from './editOptions';
import { parseId } from './parseId';
import { print, printJson } from './run';

interface ChangeOptions extends EditOptions {
  readonly title?: string;
  readonly teacher?: number;
  readonly buyer?: number;
}

type Act = (deps: Deps, edit: { orderId: number; notify: boolean; force: boolean }) => Promise<OrderChanged>;

export function addOrders(program: Command): void {
  const orders = program.command('orders').description('orders, with all their class dates that are still to come');
  withEditOptions(orders.command('change').argument('<id>', 'the order', parseId))
    .description('change what it is called, who gives its classes or who bought them; what is not named stays')
    .option('--title <title>', 'what its classes are called')
    .option('--teacher <id>', 'who gives them', parseId)
    .option('--buyer <id>', 'the student who bought them', parseId)
    .action((id: number, options: ChangeOptions) => {
      const { title, teacher: teacherId, buyer: buyerId } = options;
      return run(id, 'changed', options, (deps, edit) =>
        changeOrder(deps, { ...edit, title, teacherId, buyerId }, THE_SYSTEM),
      );
    });
  withEditOptions(orders.command('cancel').argument('<id>', 'the order', parseId))
    .description('cancel it with all its class dates that are still to come; none can be booked any more')
    .action((id: number, options: EditOptions) =>
      run(id, 'cancelled', options, (deps, edit) => cancelOrder(deps, edit, THE_SYSTEM)),
    );
}

function run(orderId: number, done: string, options: EditOptions, act: Act): Promise<void> {
  return runEdit(options, async (deps, how) => {
    const { changed, classDates } = await act(deps, { orderId, ...how });
    const word = options.dryRun ? 'would be' : 'is';
    if (options.json) printJson({ orderId, changed, classDates });
    else if (changed) print(`Order ${orderId} ${word} ${done}, and with it class dates: ${classDates}.`);
    else print(`Order ${orderId} is so already; nothing ${options.dryRun ? 'would change' : 'has changed'}.`);
  });
}
