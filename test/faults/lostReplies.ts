import { z } from 'zod';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { eventually } from '../support/eventually';
import { letTimePass } from '../support/letTimePass';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { addFault, clearFaults } from './addFault';
import { experiment } from './experiment';
import type { Verdict } from './invariants';

export const LOST_REPLIES = { classes: 100, recipients: 3, apartMs: 100 };

/** Longer than any look for a room whose making got no answer. */
const HIDDEN_MS = 60 * 60_000;
/** As long after the last attempt was given up as its late look is due. */
const LATE_MINUTES = 6;

/** Every tenth meeting is made at Zoom and the answer lost on its way. */
export function lostReplies(seed: number): Promise<Verdict> {
  return experiment({ seed, ...LOST_REPLIES }, async (stack) => {
    await addFault(stack.zoomUrl, { kind: 'loseReply', operation: 'meetingCreate', every: 10 });
    await stack.startWorker();
  });
}

/** The same, and Zoom's list shows none of them until each has been looked for in vain and made again. */
export function hiddenRooms(seed: number): Promise<Verdict> {
  const breakIt = async (stack: ProcessStack) => {
    await addFault(stack.zoomUrl, { kind: 'loseReply', operation: 'meetingCreate', every: 10 });
    await addFault(stack.zoomUrl, { kind: 'listLag', operation: 'meetings', delayMs: HIDDEN_MS });
    await stack.startWorker();
  };
  return experiment({ seed, ...LOST_REPLIES }, breakIt, showRooms);
}

/** The list shows them at last, and the time comes at which it is looked at once more. */
async function showRooms(stack: ProcessStack, herd: readonly ClassDate[]): Promise<void> {
  const tooMany = (await countRooms(stack)) - herd.length;
  print(`  ${tooMany} rooms were hidden and made again`);
  if (tooMany <= 0) throw new Error('No room was made twice: there is nothing to judge.');
  await clearFaults(stack.zoomUrl);
  await letTimePass(stack.deps.db, LATE_MINUTES);
  for (const classDate of herd) await stack.deps.temporal.hintClassDate(classDate, 'time has passed');
  // What is not so by then is the judge's to count.
  await eventually('the rooms that are too many are gone', async () => {
    const left = await ZoomMeeting.count({ where: { state: 'deleting' } });
    return left === 0 && (await countRooms(stack)) <= herd.length;
  }).catch(() => undefined);
}

const roomsSchema = z.array(z.object({ deleted: z.boolean() }));

async function countRooms({ zoomUrl }: ProcessStack): Promise<number> {
  const rooms = roomsSchema.parse(await (await fetch(`${zoomUrl}/control/meetings`)).json());
  return rooms.filter(({ deleted }) => !deleted).length;
}
