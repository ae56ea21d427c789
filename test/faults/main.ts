import { parseArgs } from 'node:util';
import { print, writeReport } from '../support/report';
import { quietTemporal } from '../support/quietTemporal';
import type { Verdict } from './invariants';
import { ABUSE, abusedDoor } from './abusedDoor';
import { clicks, CLICKS } from './clicks';
import { guesses, GUESSES } from './guesses';
import { EDIT_KILLS, killedBooking } from './killedBooking';
import { INTERPRETATION_KILLS, killedInterpretation } from './killedInterpretation';
import { killedPushes, PUSH_KILLS } from './killedPushes';
import { killedRenewal } from './killedRenewal';
import { killedStarts, START_KILLS } from './killedStarts';
import { killedWeb, KILLS } from './killedWeb';
import { killedWorker, STEPS } from './killedWorker';
import { hiddenRooms, LOST_REPLIES, lostReplies } from './lostReplies';
import { outage, type Away } from './outage';
import { rotatedKeys } from './rotatedKeys';
import { timing, TIMING } from './timing';
import { WIPED, wipedStore } from './wipedStore';
import { WRONG_SECRET, wrongSecret } from './wrongSecret';

type Row = Verdict & {
  readonly name: string;
  readonly seeds: string;
  /** how often something was broken */
  readonly tries: number;
};

interface Experiment {
  readonly name: string;
  readonly triesPerSeed: number;
  run(seed: number): Promise<Verdict>;
}

const OUTAGE = { classes: 20, recipients: 3 };
const AWAY: readonly Away[] = ['everything', 'Temporal', 'database', 'Zoom', 'mail server'];

function outageOf(away: Away, minutes: number): Experiment {
  return {
    name: `${minutes} minutes without ${away}, classes due`,
    triesPerSeed: OUTAGE.classes,
    run: (seed) => outage({ seed, away, minutes, ...OUTAGE }),
  };
}

const EXPERIMENTS: readonly Experiment[] = [
  { name: 'Zoom: every tenth reply to a create lost', triesPerSeed: LOST_REPLIES.classes / 10, run: lostReplies },
  {
    name: 'Zoom: every tenth reply to a create lost, and the room hidden from every look for it',
    triesPerSeed: LOST_REPLIES.classes / 10,
    run: hiddenRooms,
  },
  { name: 'worker killed at each step of preparing', triesPerSeed: STEPS.length, run: killedWorker },
  { name: 'worker killed between the rotation of tokens and our commit', triesPerSeed: 1, run: killedRenewal },
  { name: 'worker killed between a pushed event’s answer and our commit', triesPerSeed: PUSH_KILLS, run: killedPushes },
  { name: 'encryption key changed while classes open', triesPerSeed: 1, run: rotatedKeys },
  { name: 'join passes clicked 200 times at once', triesPerSeed: CLICKS.classes * CLICKS.recipients, run: clicks },
  { name: 'web killed between a commit and its delivery', triesPerSeed: EDIT_KILLS, run: killedBooking },
  { name: 'Temporal’s store wiped', triesPerSeed: WIPED.classes, run: wipedStore },
  { name: 'web killed while webhooks stream in', triesPerSeed: KILLS, run: killedWeb },
  { name: 'web killed while classes start', triesPerSeed: START_KILLS, run: killedStarts },
  {
    name: 'web and worker killed while a webhook is taken in',
    triesPerSeed: INTERPRETATION_KILLS,
    run: killedInterpretation,
  },
  { name: 'webhook door abused', triesPerSeed: ABUSE.rounds * ABUSE.requests, run: abusedDoor },
  { name: 'join links guessed', triesPerSeed: GUESSES, run: guesses },
  { name: 'refused links told apart by the clock', triesPerSeed: TIMING.tries, run: timing },
  ...AWAY.flatMap((away) => [outageOf(away, 15), outageOf(away, 120)]),
  { name: 'wrong client secret, classes due', triesPerSeed: WRONG_SECRET.classes, run: wrongSecret },
];

/**
 * `npm run faults [-- --seeds 1,2 --only killed]`: breaks things on purpose, and counts what was lost, doubled or late.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { seeds: { type: 'string', default: '1,2' }, only: { type: 'string', default: '' } },
  });
  const seeds = values.seeds.split(',').map(Number);
  if (!seeds.every(Number.isInteger)) throw new Error('--seeds takes whole numbers, such as 1,2,3');
  quietTemporal();
  const rows: Row[] = [];
  for (const { name, triesPerSeed, run } of EXPERIMENTS.filter((experiment) => experiment.name.includes(values.only))) {
    const verdicts: Verdict[] = [];
    for (const seed of seeds) {
      print(`${name}, seed ${seed}`);
      verdicts.push(await run(seed));
    }
    rows.push({ name, seeds: seeds.join(' '), tries: triesPerSeed * seeds.length, ...total(verdicts) });
  }
  writeReport('faults', rows);
  process.exitCode = rows.every(({ lost, doubled }) => lost === 0 && doubled === 0) ? 0 : 1;
}

function total(verdicts: readonly Verdict[]): Verdict {
  const sum = (key: keyof Verdict) => verdicts.reduce((all, verdict) => all + verdict[key], 0);
  return { lost: sum('lost'), doubled: sum('doubled'), late: sum('late') };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
