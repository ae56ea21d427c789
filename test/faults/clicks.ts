import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { claimOf, openDoors } from '../support/doors';
import { load } from '../support/load';
import { startProcessStack } from '../support/processStack';
import { print } from '../support/report';
import type { Verdict } from './invariants';

export const CLICKS = { classes: 5, recipients: 20, clicks: 200 };

/** Each pass is clicked by 200 browsers at once, half of them at each of two web processes: one of them holds it. */
export async function clicks(seed: number): Promise<Verdict> {
  const hosts = simulatedTeachers(1);
  const stack = await startProcessStack({ users: hosts, seed });
  try {
    const doors = await openDoors(stack, { teachers: await connectTeachers(stack.deps, hosts), ...CLICKS });
    const ports = [await stack.startWeb(), await stack.startWeb()];
    const calls = doors.flatMap((door) => Array.from({ length: CLICKS.clicks / 2 }, () => door));
    await Promise.all(
      ports.map((port) =>
        load(
          port,
          calls.map((door) => claimOf(stack, door)),
        ),
      ),
    );
    const claims = await ZoomAuditLog.count({ where: { action: 'join_attempt_success' } });
    const held = (await ZoomSecureToken.findAll()).filter(({ usedAt }) => usedAt !== null).length;
    print(`  ${calls.length * 2} clicks on ${doors.length} passes: ${held} are held, ${claims} were let in`);
    return { lost: doors.length - held, doubled: Math.max(0, claims - doors.length), late: 0 };
  } finally {
    await stack.close();
  }
}
