import { randomBytes } from 'node:crypto';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { claimOf, openDoors } from '../support/doors';
import { load, type Call } from '../support/load';
import { startProcessStack } from '../support/processStack';
import { print } from '../support/report';
import type { Verdict } from './invariants';

export const GUESSES = 100_000;
/** What an address may get wrong in ten minutes before it is told to wait. */
const AUDITED_AT_MOST = 60;

/** Somebody guesses links; whoever has one goes in meanwhile, from the same address. */
export async function guesses(seed: number): Promise<Verdict> {
  const hosts = simulatedTeachers(1);
  const stack = await startProcessStack({ users: hosts, seed });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const doors = await openDoors(stack, { teachers, classes: 4, recipients: 50 });
    const port = await stack.startWeb();
    const classDateId = doors[0]?.pass.classDateId ?? 0;
    const guess = (): Call => ({
      method: 'GET',
      path: `/join/class/${classDateId}?token=${randomBytes(32).toString('hex')}`,
      status: [404, 429],
    });
    const flood = load(port, Array.from({ length: GUESSES }, guess));
    const { p99 } = await load(
      port,
      doors.map((door) => claimOf(stack, door)),
    );
    const { perSecond } = await flood;
    const [letIn, audited] = await Promise.all([
      ZoomAuditLog.count({ where: { action: 'join_attempt_success' } }),
      ZoomAuditLog.count({ where: { action: 'join_attempt_invalid_token' } }),
    ]);
    print(
      `  ${GUESSES} guesses at ${Math.round(perSecond)} a second, none of them good; ${audited} were audited, the rest told to wait`,
    );
    print(`  ${letIn} of ${doors.length} owners went in meanwhile, p99 ${Math.round(p99)} ms`);
    return { lost: doors.length - letIn, doubled: Math.max(0, audited - AUDITED_AT_MOST), late: 0 };
  } finally {
    await stack.close();
  }
}
