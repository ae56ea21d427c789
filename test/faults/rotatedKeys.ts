import { randomBytes } from 'node:crypto';
import { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { eventually } from '../support/eventually';
import { print } from '../support/report';
import { experiment } from './experiment';
import type { Verdict } from './invariants';

const ROTATED_KEYS = { classes: 90, recipients: 3, apartMs: 1_000 };
const WAIT_MS = 4 * 60_000;

/** The encryption key is changed as the README says while classes open, two workers being restarted in turn. */
export function rotatedKeys(seed: number): Promise<Verdict> {
  return experiment({ seed, ...ROTATED_KEYS }, async (stack, herd) => {
    const [former, next] = [stack.encryptionKeys, `e2:${randomBytes(32).toString('base64')}`];
    const prepared = (share: number) =>
      eventually(
        `${share} of the classes are prepared`,
        async () => (await ClassDate.count({ where: { state: 'ready' } })) >= herd.length * share,
        WAIT_MS,
      );
    let workers = [await stack.startWorker(), await stack.startWorker()];
    const restartWith = async (ENCRYPTION_KEYS: string) => {
      const restarted = [];
      for (const worker of workers) {
        process.kill(-worker.pid, 'SIGTERM');
        await worker.exited;
        restarted.push(await stack.startWorker({ ENCRYPTION_KEYS }));
      }
      workers = restarted;
    };
    await prepared(0.1);
    await restartWith(`${former},${next}`);
    await prepared(0.3);
    await restartWith(`${next},${former}`);
    await prepared(0.5);
    print(indented(await stack.runCli(['keys', 'rotate'], { ENCRYPTION_KEYS: `${next},${former}` })));
    await restartWith(next);
    await prepared(1);
    const locked = await Incident.count({ where: { cause: ['encryption_key', 'teacher_connection'] } });
    if (locked > 0) throw new Error('A worker met what it could not read.');
  });
}

const indented = (text: string) => text.trimEnd().replace(/^/gm, '  ');
