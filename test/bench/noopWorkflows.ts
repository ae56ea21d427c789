import { proxyActivities, sleep } from '@temporalio/workflow';
import type { NoopActivities } from './noopHerd';

const { step } = proxyActivities<NoopActivities>({ startToCloseTimeout: '1 minute' });

/** The floor a class is compared with: wakes at an instant and does nothing, four times in a row. */
export async function noopHerd({ dueAt }: { dueAt: number }): Promise<void> {
  await sleep(Math.max(1, dueAt - Date.now()));
  for (const number of [1, 2, 3, 4]) await step({ number, dueAt });
}
