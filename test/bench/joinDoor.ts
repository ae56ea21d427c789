import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { makeNonce } from '../../src/routes/join/holderCookie';
import { joinToken, personKey } from '../../src/security/joinPass';
import { buildMeeting } from '../factories/meetings';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { load, type Call, type LoadResult } from './load';

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

interface Door {
  readonly pass: ZoomSecureToken;
  readonly path: string;
}

/** Claims and pages of the real web process, each beside a bare one that does the same statements. */
export async function runJoinDoor(): Promise<JoinResult> {
  const hosts = simulatedTeachers(4);
  const stack = await startProcessStack({ users: hosts, seed: 1 });
  try {
    const doors = await openDoors(stack, await connectTeachers(stack.deps, hosts));
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

async function openDoors(stack: ProcessStack, teachers: Awaited<ReturnType<typeof connectTeachers>>): Promise<Door[]> {
  const herd = { teachers, classes: CLASSES, recipients: PASSES_PER_CLASS, opensAt: () => addMinutes(new Date(), -20) };
  const classDates = await bookHerd(stack.deps, herd);
  for (const classDate of classDates)
    await buildMeeting(stack.deps.encryption, classDate, { joinUrl: `${stack.zoomUrl}/j/1` });
  await ClassDate.update({ state: 'ready' }, { where: {} });
  const keys = new Map(classDates.map(({ id, randomKey }) => [id, randomKey]));
  return (await ZoomSecureToken.findAll()).map((pass) => {
    const { keyId, epoch, classDateId } = pass;
    const identity = { keyId, epoch, classKey: keys.get(classDateId) ?? '', person: personKey(pass) };
    return { pass, path: `/join/class/${classDateId}?token=${joinToken(stack.deps.signingKeys, identity)}` };
  });
}

async function startFloor(stack: ProcessStack): Promise<number> {
  const { url, poolMax } = stack.deps.config.database;
  return stack.startScript('test/bench/bareDoor.ts', z.object({ port: z.number() }), url, String(poolMax));
}

const pageOf = ({ path }: Door): Call => ({ method: 'GET', path, status: 200 });
const barePageOf = ({ pass }: Door): Call => ({ method: 'GET', path: `/page?id=${pass.id}`, status: 200 });
const bareClaimOf = ({ pass }: Door): Call => ({ method: 'POST', path: `/claim?id=${pass.id}`, status: 303 });

function claimOf({ deps }: ProcessStack, { pass, path }: Door): Call {
  const holder = randomBytes(32).toString('base64url');
  const headers = {
    cookie: `__Host-join=${holder}`,
    origin: deps.config.appUrl,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams({ nonce: makeNonce(deps, holder, pass.id) }).toString();
  return { method: 'POST', path, headers, body, status: 303 };
}

/** Nothing is worth measuring that did not happen. */
async function expectAll(count: number): Promise<void> {
  const used =
    (await ZoomSecureToken.count({ where: { revokedAt: null } })) -
    (await ZoomSecureToken.count({ where: { usedAt: null } }));
  const audited = await ZoomAuditLog.count({ where: { action: 'join_attempt_success' } });
  if (used !== count || audited !== count)
    throw new Error(`${used} of ${count} passes were claimed, ${audited} audited.`);
}
