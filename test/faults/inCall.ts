import { eventually } from '../support/eventually';
import type { ProcessStack } from '../support/processStack';
import { addFault } from './addFault';

export const SLOW_MS = 1_500;
const CALL_MS = 60_000;

/** Makes the next such call slow, before it is carried out or after, and resolves when it is on its way. */
export async function inCall({ zoomUrl }: ProcessStack, kind: 'slow' | 'slowReply', operation: string): Promise<void> {
  const calls = async (): Promise<number> => {
    const response = await fetch(`${zoomUrl}/control/calls?operation=${operation}`);
    return ((await response.json()) as unknown[]).length;
  };
  await addFault(zoomUrl, { kind, operation, times: 1, delayMs: SLOW_MS });
  const before = await calls();
  await eventually(`${operation} is called`, async () => (await calls()) > before, CALL_MS);
}
