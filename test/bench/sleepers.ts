import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { sweepWorkflows } from '../../src/commands/sweepWorkflows';
import { addMinutes } from '../../src/domain/clock';
import { buildUser } from '../factories/people';
import { bookHerd } from '../support/classHerd';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';

const DAY_MINUTES = 24 * 60;
const BOOKED_AT_ONCE = 1_000;
const LOOK_MS = 2_000;
const GIVE_UP_MS = 20 * 60_000;
const QUIET_MS = 60_000;
/** Of Linux, for what /proc counts in ticks. */
const TICKS_PER_SECOND = 100;
const MB = 1024;

export interface Sleepers {
  /** MB that the worker has grown by */
  readonly growth: number;
  /** percent of a core, over a quiet minute: with all of them asleep, and before there were any */
  readonly cpu: number;
  readonly idleCpu: number;
  /** ms for one sweep that starts all of them, and for one that finds them all running */
  readonly startingSweep: number;
  readonly quietSweep: number;
}

/** So many class dates that sleep until a day weeks ahead, in one worker; it is the sweep that starts them. */
export async function runSleepers(count: number): Promise<Sleepers> {
  const stack = await startProcessStack({ seed: 1 });
  try {
    const worker = await stack.startWorker();
    await sleep(LOOK_MS);
    const idleCpu = await cpuPercent(worker.pid);
    const before = residentMb(worker.pid);
    await book(stack, count);
    const startingSweep = await sweep(stack, { missing: count });
    print(`one sweep started ${count} class dates in ${startingSweep} ms`);
    await untilAllSleep(stack, count);
    await sleep(LOOK_MS);
    const cpu = await cpuPercent(worker.pid);
    const growth = residentMb(worker.pid) - before;
    const quietSweep = await sweep(stack, { running: count });
    return { growth, cpu, idleCpu, startingSweep, quietSweep };
  } finally {
    await stack.close();
  }
}

async function book({ deps }: ProcessStack, count: number): Promise<void> {
  const teachers = [await buildUser('teacher')];
  const opensAt = (index: number) => addMinutes(new Date(), DAY_MINUTES * (20 + (index % 60)));
  for (let booked = 0; booked < count; booked += BOOKED_AT_ONCE) {
    const classes = Math.min(BOOKED_AT_ONCE, count - booked);
    await bookHerd(deps, { teachers, classes, recipients: 1, opensAt });
  }
  await deps.db.query('UPDATE class_dates SET updated_at = TIMESTAMPADD(HOUR, -1, updated_at)');
}

/** @returns how many ms it took */
async function sweep({ deps }: ProcessStack, expected: { missing?: number; running?: number }): Promise<number> {
  const startedAt = performance.now();
  const counts = await sweepWorkflows(deps);
  const took = Math.round(performance.now() - startedAt);
  for (const [what, count] of Object.entries(expected)) {
    const found = counts[what as 'missing' | 'running'];
    // A sweep of the schedule may have been at it at the same time.
    if (found !== count) print(`the sweep counted ${found} ${what}, not ${count}`);
  }
  return took;
}

async function untilAllSleep({ deps, namespace }: ProcessStack, count: number): Promise<void> {
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    const deadline = Date.now() + GIVE_UP_MS;
    const waiting = async () =>
      (await client.workflow.count(`Phase = 'waiting' AND ExecutionStatus = 'Running'`)).count;
    while ((await waiting()) < count) {
      if (Date.now() > deadline) throw new Error(`Only ${await waiting()} of ${count} class dates sleep.`);
      await sleep(LOOK_MS);
    }
  } finally {
    await connection.close();
  }
}

function residentMb(pid: number): number {
  const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kb === undefined) throw new Error(`There is no process ${pid}.`);
  return Number(kb) / MB;
}

/** Over a quiet minute. */
async function cpuPercent(pid: number): Promise<number> {
  const before = cpuSeconds(pid);
  await sleep(QUIET_MS);
  return ((cpuSeconds(pid) - before) / (QUIET_MS / 1_000)) * 100;
}

/** Time on a core, of the program and of the kernel for it. */
function cpuSeconds(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}
