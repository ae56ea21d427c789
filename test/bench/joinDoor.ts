import { z } from 'zod';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { claimOf, openDoors, type Door } from '../support/doors';
import { load, type Call, type LoadResult } from '../support/load';
import { startProcessStack, type ProcessStack } from '../support/processStack';

const CLASSES = 80;
const PASSES_PER_CLASS = 50;
const WARM_UP = 500;
const PAGES = 6_000;

export interface JoinResult {
  readonly claims: LoadResult;
  readonly claimsFloor: LoadResult;
  readonly pages: LoadResult;
  readonly pagesFloor: LoadResult;
}

/** Claims and pages of the real web process, each beside a bare one that does the same statements. */
export async function runJoinDoor(): Promise<JoinResult> {
  const hosts = simulatedTeachers(4);
  const stack = await startProcessStack({ users: hosts, seed: 1 });
  try {
    const doors = await openDoors(stack, {
      teachers: await connectTeachers(stack.deps, hosts),
      classes: CLASSES,
      recipients: PASSES_PER_CLASS,
    });
    const half = doors.length / 2;
    const [port, floorPort] = [await stack.startWeb(), await startFloor(stack)];
    const pagesOf = (list: readonly Door[]) => Array.from({ length: PAGES }, (_, n) => list[n % list.length]);
    await load(port, doors.slice(0, WARM_UP).map(pageOf));
    await load(floorPort, doors.slice(0, WARM_UP).map(barePageOf));
    const pages = await load(
      port,
      pagesOf(doors).flatMap((door) => (door ? [pageOf(door)] : [])),
    );
    const pagesFloor = await load(
      floorPort,
      pagesOf(doors).flatMap((door) => (door ? [barePageOf(door)] : [])),
    );
    const claims = await load(
      port,
      doors.slice(0, half).map((door) => claimOf(stack, door)),
    );
    const claimsFloor = await load(floorPort, doors.slice(half).map(bareClaimOf));
    await expectAll(doors.length);
    return { claims, claimsFloor, pages, pagesFloor };
  } finally {
    await stack.close();
  }
}

async function startFloor(stack: ProcessStack): Promise<number> {
  const { url, poolMax } = stack.deps.config.database;
  return stack.startScript('test/bench/bareDoor.ts', z.object({ port: z.number() }), url, String(poolMax));
}

const pageOf = ({ path }: Door): Call => ({ method: 'GET', path, status: 200 });
const barePageOf = ({ pass }: Door): Call => ({ method: 'GET', path: `/page?id=${pass.id}`, status: 200 });
const bareClaimOf = ({ pass }: Door): Call => ({ method: 'POST', path: `/claim?id=${pass.id}`, status: 303 });

/** Nothing is worth measuring that did not happen. */
async function expectAll(count: number): Promise<void> {
  const used =
    (await ZoomSecureToken.count({ where: { revokedAt: null } })) -
    (await ZoomSecureToken.count({ where: { usedAt: null } }));
  const audited = await ZoomAuditLog.count({ where: { action: 'join_attempt_success' } });
  if (used !== count || audited !== count)
    throw new Error(`${used} of ${count} passes were claimed, ${audited} audited.`);
}
