import { randomBytes } from 'node:crypto';
import { TAKEOVERS_MAX } from '../../src/domain/joinRefusals';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { openDoors, type Door } from '../support/doors';
import { load, type Call } from '../support/load';
import { startProcessStack } from '../support/processStack';
import { percentile, print } from '../support/report';
import type { Verdict } from './invariants';

/** What the unknown links are compared with; the first of them are unknown too. */
const COMPARED = ['unknown again', 'used', 'withdrawn', 'replaced'] as const;
type Kind = 'unknown' | (typeof COMPARED)[number];

export const TIMING = { tries: 3_000 };
const CONNECTIONS = 8;
const WARM_UP = 200;
/** An address that gets more wrong is told to wait, and that answer is another one. */
const TRIES_PER_ADDRESS = 20;
const PASSES = 1_200;
/** Of a standard normal distribution: chance alone goes beyond it once in 16,000 comparisons. */
const TOLD_APART = 4;

/**
 * Somebody measures how long links take to be refused, to learn which of them were ever good: in one shuffled series,
 * links that nobody ever had, and links that are used up, withdrawn or replaced. Each kind is compared with the unknown
 * ones by the rank-sum test (Mann and Whitney, 1947), and the unknown ones with themselves.
 */
export async function timing(seed: number): Promise<Verdict> {
  const hosts = simulatedTeachers(1);
  const stack = await startProcessStack({ users: hosts, seed });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const doors = await openDoors(stack, { teachers, classes: 1, recipients: PASSES });
    const unknown = doors.map(({ path }) => path.replace(/token=.*/, `token=${randomBytes(32).toString('hex')}`));
    const kinds = { unknown, 'unknown again': unknown, ...(await spoil(doors)) };
    const port = await stack.startWeb({ TRUSTED_PROXY_HOPS: '1' });
    const times = await measure(port, kinds);
    let toldApart = 0;
    for (const kind of COMPARED) {
      const z = rankSumZ(times.unknown, times[kind]);
      const apartUs = 1000 * (percentile(times[kind], 0.5) - percentile(times.unknown, 0.5));
      print(`  ${kind}: medians ${apartUs.toFixed(0)} µs from the unknown, z ${z.toFixed(2)}`);
      if (Math.abs(z) > TOLD_APART) toldApart += 1;
    }
    return { lost: toldApart, doubled: 0, late: 0 };
  } finally {
    await stack.close();
  }
}

/** The addresses of a third each: used up, withdrawn, replaced. */
async function spoil(doors: readonly Door[]) {
  const third = PASSES / 3;
  const [used, withdrawn, replaced] = [0, 1, 2].map((part) => doors.slice(part * third, (part + 1) * third));
  if (!used || !withdrawn || !replaced) throw new Error('There are no doors.');
  const those = (some: readonly Door[]) => ({ where: { id: some.map(({ pass }) => pass.id) } });
  const holder = { usedAt: new Date(), holderHash: 'b'.repeat(64), takeovers: TAKEOVERS_MAX };
  await ZoomSecureToken.update(holder, those(used));
  await ZoomSecureToken.update({ revokedAt: new Date() }, those(withdrawn));
  for (const { pass } of replaced) {
    await pass.update({ formerToken: pass.token, token: randomBytes(32).toString('hex') });
  }
  const paths = (some: readonly Door[]) => some.map(({ path }) => path);
  return { used: paths(used), withdrawn: paths(withdrawn), replaced: paths(replaced) };
}

/** The ms that each kind took, each time. */
async function measure(port: number, paths: Record<Kind, string[]>): Promise<Record<Kind, number[]>> {
  const order = shuffled((['unknown', ...COMPARED] as const).flatMap((kind) => Array<Kind>(TIMING.tries).fill(kind)));
  const call = (kind: Kind, index: number): Call => {
    const address = Math.floor(index / TRIES_PER_ADDRESS);
    return {
      method: 'GET',
      path: paths[kind][index % paths[kind].length] ?? '',
      headers: { 'x-forwarded-for': `10.0.${address >> 8}.${address % 256}` },
      status: 404,
    };
  };
  const calls = order.map(call);
  await load(port, calls.slice(0, WARM_UP), CONNECTIONS);
  const { took } = await load(port, calls, CONNECTIONS);
  const times = { unknown: [], 'unknown again': [], used: [], withdrawn: [], replaced: [] } as Record<Kind, number[]>;
  order.forEach((kind, index) => times[kind].push(took[index] ?? NaN));
  return times;
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

/** How far the ranks of two samples are from what chance would give them, in standard deviations. */
function rankSumZ(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map((value) => ({ value, mine: true })), ...other.map((value) => ({ value, mine: false }))];
  all.sort((a, b) => a.value - b.value);
  const ranks = all.reduce((sum, { mine }, index) => sum + (mine ? index + 1 : 0), 0);
  const mean = (one.length * (all.length + 1)) / 2;
  return (ranks - mean) / Math.sqrt((mean * other.length) / 6);
}
