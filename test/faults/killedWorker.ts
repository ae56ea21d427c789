import { setTimeout as sleep } from 'node:timers/promises';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { eventually } from '../support/eventually';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { experiment } from './experiment';
import { inCall, SLOW_MS } from './inCall';
import type { Verdict } from './invariants';
import { addMailFault } from './outsideAway';

const KILLED_WORKER = { classes: 60, recipients: 3, apartMs: 1_000 };
const STEP_MS = 60_000;

/** A step of preparing: arranges that it takes a while, and resolves when a worker is in the midst of it. */
interface Step {
  readonly name: string;
  reach(stack: ProcessStack): Promise<unknown>;
}

export const STEPS: readonly Step[] = [
  {
    name: 'the create is on its way and not yet carried out',
    reach: (stack) => inCall(stack, 'slow', 'meetingCreate'),
  },
  {
    name: 'the meeting is made and the answer on its way',
    reach: (stack) => inCall(stack, 'slowReply', 'meetingCreate'),
  },
  {
    name: 'the meeting has just been saved',
    reach: async () => {
      const made = () => ZoomAuditLog.count({ where: { action: 'meeting_created' } });
      const before = await made();
      await eventually('one more meeting is saved', async () => (await made()) > before, STEP_MS);
    },
  },
  {
    name: 'people are registered and the answer on its way',
    reach: (stack) => inCall(stack, 'slowReply', 'addBatchRegistrants'),
  },
  {
    name: 'mails have been leased',
    reach: () =>
      eventually('a mail is being sent', () => MailDelivery.findOne({ where: { state: 'sending' } }), STEP_MS),
  },
  {
    name: 'a mail has been handed over and not been confirmed',
    reach: async (stack) => {
      await addMailFault(stack, { kind: 'slow', ms: SLOW_MS, times: 1 });
      const inDoubt = () => MailDelivery.findOne({ where: { state: 'data_sent' } });
      await eventually('a mail awaits its confirmation', inDoubt, STEP_MS);
    },
  },
];

/** The one worker is killed outright at each step in turn, at a moment within it that the seed chooses, and started again. */
export function killedWorker(seed: number): Promise<Verdict> {
  return experiment({ seed, ...KILLED_WORKER }, async (stack) => {
    const random = randomFrom(seed);
    for (const step of STEPS) {
      const worker = await stack.startWorker();
      await step.reach(stack);
      await sleep(random() * SLOW_MS * 0.5);
      process.kill(-worker.pid, 'SIGKILL');
      await worker.exited;
      print(`  killed while ${step.name}`);
    }
    await stack.startWorker();
  });
}

/** Mulberry32: small, and the same everywhere for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
