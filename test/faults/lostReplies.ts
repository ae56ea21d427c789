import { addFault } from './addFault';
import { experiment } from './experiment';
import type { Verdict } from './invariants';

export const LOST_REPLIES = { classes: 100, recipients: 3, apartMs: 100 };

/** Every tenth meeting is made at Zoom and the answer lost on its way. */
export function lostReplies(seed: number): Promise<Verdict> {
  return experiment({ seed, ...LOST_REPLIES }, async (stack) => {
    await addFault(stack.zoomUrl, { kind: 'loseReply', operation: 'meetingCreate', every: 10 });
    await stack.startWorker();
  });
}
