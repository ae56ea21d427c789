import { setTimeout as sleep } from 'node:timers/promises';
import { ClassDate } from '../../src/models/ClassDate';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { startProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { signInByForm } from '../support/formSession';
import { createApiSecret, EDITS, type Edit, type Editors } from './edits';
import { startHeldProxy, type HeldProxy } from './heldProxy';
import type { Verdict } from './invariants';
import { judgeTold } from './judgeTold';
import { randomFrom } from './killedWorker';
import { startAhead, type WebProcess } from './startAhead';

/** A held call is given up after a second: up to then the web process is between its commit and the delivery. */
const HELD_MS = 900;
/** A delivery that goes through takes some milliseconds. */
const DELIVERY_MS = 40;
/** An edit takes about as long from the request to the commit. */
const EDIT_MS = 120;
/** On a busy machine a process may be through before it is killed: that kill is none, and is done again. */
const TRIES = 3;

type Moment = 'in the edit' | 'between' | 'in the delivery';

/** In each round every edit is killed once. */
const ROUNDS: readonly Moment[] = [
  ...(['between', 'in the edit', 'between', 'between'] as const),
  ...(['in the delivery', 'between', 'between', 'between'] as const),
];
export const EDIT_KILLS = ROUNDS.length * EDITS.length;
const KILLS_BETWEEN = ROUNDS.filter((moment) => moment === 'between').length * EDITS.length;

/**
 * A web process is killed outright again and again at each point about the commit of an edit, of every kind in turn:
 * before it, between it and the call to Temporal, in the call, and after it. In the end those workflows have heard of an
 * edit whose edit was committed, and no others; the relay has told those that were killed in between; and the sweep had
 * nothing to do with it.
 */
export async function killedBooking(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  const proxy = await startHeldProxy(stack.deps.config.temporal.address);
  try {
    const random = randomFrom(seed);
    await stack.startWorker();
    const nextWeb = startAhead(() => stack.startWebProcess({ TEMPORAL_ADDRESS: proxy.address }));
    const first = await nextWeb();
    const session = await signInByForm(stack, first.port);
    process.kill(-first.running.pid, 'SIGKILL');
    const editors: Editors = { stack, session, apiSecret: await createApiSecret(stack) };
    const left: number[] = [];
    let between = 0;
    for (const [round, moment] of ROUNDS.entries()) {
      for (const prepare of EDITS) {
        const kill = async () =>
          killWhileEditing({ proxy, web: await nextWeb(), edit: await prepare(editors), moment, random });
        const untold = await (moment === 'between' ? untilSome(kill) : kill());
        if (moment === 'between' && untold.length > 0) between += 1;
        left.push(...untold);
      }
      print(`  round ${round + 1} of ${ROUNDS.length}: killed ${moment}`);
    }
    print(`  ${EDIT_KILLS} kills, ${between} of them between an edit's commit and its delivery`);
    const verdict = await judgeTold(stack, left);
    // What did not come about proves nothing.
    return { ...verdict, lost: verdict.lost + KILLS_BETWEEN - between };
  } finally {
    proxy.close();
    await stack.close();
  }
}

interface Kill {
  readonly proxy: HeldProxy;
  readonly web: WebProcess;
  readonly edit: Edit;
  readonly moment: Moment;
  readonly random: () => number;
}

/** @returns what the process has committed and told nobody; nothing when it was through before it was killed */
async function killWhileEditing({ proxy, web, edit, moment, random }: Kill): Promise<number[]> {
  proxy.pass(moment !== 'between');
  const called = proxy.called();
  let answered = false;
  const answer = edit.submit(web.port).then(
    ({ status }) => {
      answered = true;
      if (status >= 400) throw new Error(`An edit was answered ${status}.`);
    },
    // The answer of a process that has been killed.
    () => undefined,
  );
  if (moment === 'in the edit') await sleep(random() * EDIT_MS);
  else {
    await Promise.race([called, answer]);
    await sleep(random() * (moment === 'between' ? HELD_MS : DELIVERY_MS));
  }
  const through = answered;
  process.kill(-web.running.pid, 'SIGKILL');
  await web.running.exited;
  await answer;
  const classDates = await ClassDate.findAll({ where: { orderId: edit.orderId } });
  const where = { classDateId: classDates.map(({ id }) => id), deliveredAt: null };
  const rows = await WorkflowOutbox.findAll({ where });
  return through ? [] : rows.map(({ id }) => id);
}

async function untilSome(kill: () => Promise<number[]>): Promise<number[]> {
  for (let tries = 1; tries < TRIES; tries += 1) {
    const untold = await kill();
    if (untold.length > 0) return untold;
  }
  return kill();
}
