import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { LEAST_CAPACITY } from '../domain/hostLimits';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomHostCheck } from '../models/ZoomHostCheck';
import { ZoomNeedsReconnect, ZoomNotFound } from '../zoom/errors';
import { holdsScope } from '../zoom/scopes';
import { zoomTrouble } from './zoomTrouble';

/** What Zoom says of the host; null where it has not been asked, or has not answered yet. */
export interface HostAnswer {
  readonly host: Pick<ZoomHostCheck, 'active' | 'capacity'> | null;
  /** when to ask again, if that could bring an answer */
  readonly nextAttemptAt: Date | null;
}

interface Question {
  readonly teacherId: number;
  /** how many people are to come, the host among them */
  readonly people: number;
  readonly now: Date;
}

/** Classes of a teacher that are rehearsed within so many minutes share one answer. */
const GOOD_FOR_MINUTES = 30;
const LEASE_SECONDS = 120;
/** While another class of the same teacher asks. */
const OTHER_ASKS_MINUTES = 5 / 60;

const NO_ANSWER: HostAnswer = { host: null, nextAttemptAt: null };

/**
 * Asks Zoom how a teacher stands as a host, which also proves that the connection works: by one call, or two where more
 * are to come than every plan lets in. One process at a time asks, and its answer is everybody's.
 */
export async function askHost(deps: Deps, question: Question): Promise<HostAnswer> {
  const { teacherId, people, now } = question;
  const connection = await ZoomConnection.findOne({ where: { userId: teacherId, state: 'connected' } });
  if (!connection || !holdsScope(connection.scopes, 'user:read:user')) return NO_ANSWER;
  const asksCapacity = people > LEAST_CAPACITY && holdsScope(connection.scopes, 'user:read:settings');
  const known = () => knownAnswer(connection, question, asksCapacity);
  const before = await known();
  if (before) return before;
  const holder = randomUUID();
  if (!(await takeLease(deps, teacherId, holder))) {
    return { host: null, nextAttemptAt: addMinutes(now, OTHER_ASKS_MINUTES) };
  }
  // Between our look and our lease another process may have asked, had its answer, and given the lease back.
  const meanwhile = await known();
  if (!meanwhile) return ask(deps, question, asksCapacity, holder);
  await giveBack(teacherId, holder);
  return meanwhile;
}

/** What an earlier question brought, while that is good; or when to ask again, after one that brought nothing. */
async function knownAnswer(
  connection: ZoomConnection,
  { teacherId, now }: Question,
  asksCapacity: boolean,
): Promise<HostAnswer | null> {
  const known = await ZoomHostCheck.findByPk(teacherId);
  if (known && isFresh(known, connection, now) && (known.capacity !== null || !asksCapacity)) {
    return { host: known, nextAttemptAt: null };
  }
  return known?.nextAttemptAt && known.nextAttemptAt > now ? { host: null, nextAttemptAt: known.nextAttemptAt } : null;
}

async function giveBack(
  userId: number,
  leaseHolder: string,
  learnt: Partial<Pick<ZoomHostCheck, 'askedAt' | 'active' | 'capacity' | 'attempts' | 'nextAttemptAt'>> = {},
): Promise<void> {
  await ZoomHostCheck.update({ ...learnt, leaseHolder: null, leaseUntil: null }, { where: { userId, leaseHolder } });
}

function isFresh({ askedAt }: ZoomHostCheck, { connectedAt }: ZoomConnection, now: Date): boolean {
  if (askedAt === null || (connectedAt !== null && connectedAt > askedAt)) return false;
  return askedAt > addMinutes(now, -GOOD_FOR_MINUTES);
}

async function takeLease({ db }: Deps, userId: number, holder: string): Promise<boolean> {
  const now = sqlInstant(new Date());
  await db.query(
    'INSERT INTO zoom_host_checks (user_id, created_at, updated_at) VALUES (:userId, :now, :now) ON DUPLICATE KEY UPDATE user_id = user_id',
    { type: QueryTypes.INSERT, replacements: { userId, now } },
  );
  const [, taken] = await db.query(
    `UPDATE zoom_host_checks
        SET lease_holder = :holder, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_SECONDS} SECOND
      WHERE user_id = :userId AND (lease_until IS NULL OR lease_until < UTC_TIMESTAMP(3))`,
    { type: QueryTypes.UPDATE, replacements: { userId, holder } },
  );
  return taken === 1;
}

async function ask(
  deps: Deps,
  { teacherId, now }: Question,
  asksCapacity: boolean,
  holder: string,
): Promise<HostAnswer> {
  try {
    const { active, licensed } = await deps.zoom.getUser(teacherId);
    const capacity = asksCapacity ? await deps.zoom.getCapacity(teacherId) : null;
    await giveBack(teacherId, holder, { askedAt: now, active, capacity, attempts: 0, nextAttemptAt: null });
    await ZoomConnection.update(
      { licensed },
      { where: { userId: teacherId, state: 'connected', licensed: !licensed } },
    );
    return { host: { active, capacity }, nextAttemptAt: null };
  } catch (error) {
    if (error instanceof ZoomNotFound) {
      await giveBack(teacherId, holder, {
        askedAt: now,
        active: false,
        capacity: null,
        attempts: 0,
        nextAttemptAt: null,
      });
      return { host: { active: false, capacity: null }, nextAttemptAt: null };
    }
    const attempts = ((await ZoomHostCheck.findByPk(teacherId))?.attempts ?? 0) + 1;
    const { nextAttemptAt } = await zoomTrouble(deps, error, { teacherId, attempts, now });
    await giveBack(teacherId, holder, { attempts, nextAttemptAt });
    return { host: null, nextAttemptAt: error instanceof ZoomNeedsReconnect ? null : nextAttemptAt };
  }
}
