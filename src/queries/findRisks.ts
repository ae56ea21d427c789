import { Op, type Sequelize } from 'sequelize';
import type { Finding } from '../domain/classRisks';
import { classTimes } from '../domain/classTimes';
import { BASIC_MINUTES, LEAST_CAPACITY, WRITES_A_DAY } from '../domain/hostLimits';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomHostCheck } from '../models/ZoomHostCheck';
import { meetingWritesBetween } from '../zoom/meetingWrites';
import { missingScopes } from '../zoom/scopes';
import { countUnmadeByDay, hostDay } from './countRoomsOfDay';
import { findBadAddressesOf } from './findBadAddresses';
import { findHostClashes, type HostClash } from './findHostClashes';

interface Asked {
  readonly host: Pick<ZoomHostCheck, 'active' | 'capacity'> | null;
  /** how many are to come, the host among them */
  readonly people: number;
}

/** A class, and what is known of who comes to it. */
export interface AskedClass extends Asked {
  readonly classDate: ClassDate;
}

const DETAIL_MAX = 255;

/** Everything that is wrong with a class that is to come, from our own rows and from what Zoom said of its host. */
export async function findRisks(
  db: Sequelize,
  classDate: ClassDate,
  { now, ...asked }: Asked & { readonly now: Date },
): Promise<Finding[]> {
  const [findings = []] = await findRisksOfMany(db, [{ classDate, ...asked }], now);
  return findings;
}

/** The same of many classes, for each of these in their order, in a few reads. */
export async function findRisksOfMany(db: Sequelize, asked: readonly AskedClass[], now: Date): Promise<Finding[][]> {
  const classDates = asked.map(({ classDate }) => classDate);
  const teacherIds = [...new Set(classDates.map(({ teacherId }) => teacherId))];
  const connections = await ZoomConnection.findAll({ where: { userId: teacherIds } });
  const connectionOf = new Map(connections.map((connection) => [connection.userId, connection]));
  const disabled = await User.findAll({ where: { id: teacherIds, disabledAt: { [Op.ne]: null } }, attributes: ['id'] });
  const disabledIds = new Set(disabled.map(({ id }) => id));
  const writesOf = await findNeededWrites(db, classDates);
  const clashes = await findHostClashes(classDates, now);
  const badOf = await findBadAddressesOf(classDates.map(({ id }) => id));
  return asked.map((one, index) => {
    const { id, teacherId } = one.classDate;
    const connection = connectionOf.get(teacherId) ?? null;
    return [
      ...(disabledIds.has(teacherId) ? [{ kind: 'teacher_disabled', detail: null } as const] : []),
      ...ofConnection(connection, one.classDate, one),
      ...ofQuota(writesOf.get(id), one.classDate, connection),
      ...ofClashes(clashes[index] ?? []),
      ...ofAddresses(badOf.get(id) ?? []),
    ];
  });
}

function ofConnection(connection: ZoomConnection | null, classDate: ClassDate, asked: Asked): Finding[] {
  if (connection?.state !== 'connected') return [{ kind: 'connection', detail: null }];
  const findings: Finding[] = [];
  const missing = missingScopes((connection.scopes ?? '').split(' ')).map(({ scope }) => scope);
  if (missing.length > 0) findings.push({ kind: 'scopes', detail: missing.join(' ').slice(0, DETAIL_MAX) });
  if (asked.host?.active === false) findings.push({ kind: 'zoom_user', detail: null });
  return [...findings, ...ofPlan(connection, classDate, asked)];
}

function ofPlan({ licensed }: ZoomConnection, { durationMinutes }: ClassDate, { host, people }: Asked): Finding[] {
  const findings: Finding[] = [];
  if (!licensed && durationMinutes > BASIC_MINUTES) findings.push({ kind: 'licence_length', detail: null });
  // What a licensed host's plan lets in is known only where Zoom told us.
  const capacity = host?.capacity ?? (licensed ? null : LEAST_CAPACITY);
  if (capacity !== null && people > capacity) findings.push({ kind: 'capacity', detail: `${people} of ${capacity}` });
  return findings;
}

/** How many writes the hosts need on the days on which these classes get their rooms; those that have theirs need none. */
async function findNeededWrites(db: Sequelize, classDates: readonly ClassDate[]): Promise<Map<number, number>> {
  const unmade = classDates.filter(({ state }) => state === 'scheduled' || state === 'preparing');
  if (unmade.length === 0) return new Map();
  const teacherIds = [...new Set(unmade.map(({ teacherId }) => teacherId))];
  const opens = unmade.map((classDate) => classTimes(classDate).opensAt.getTime());
  const span = { from: new Date(Math.min(...opens)), to: new Date(Math.max(...opens)) };
  const rooms = await countUnmadeByDay(db, teacherIds, span);
  const writes = await meetingWritesBetween(db, teacherIds, span);
  return new Map(
    unmade.map((classDate) => {
      const day = hostDay(classDate.teacherId, classTimes(classDate).opensAt);
      return [classDate.id, (rooms.get(day) ?? 0) + (writes.get(day) ?? 0)];
    }),
  );
}

/** Our own count says what is to be expected; Zoom's own "no" says what is so, once the class is open by its room. */
function ofQuota(needed: number | undefined, classDate: ClassDate, connection: ZoomConnection | null): Finding[] {
  if (needed === undefined) return [];
  const { opensAt } = classTimes(classDate);
  const refused = classDate.state === 'scheduled' && (connection?.pausedUntil ?? opensAt) > opensAt;
  return needed > WRITES_A_DAY || refused ? [{ kind: 'quota', detail: String(needed) }] : [];
}

function ofClashes(clashes: readonly HostClash[]): Finding[] {
  // Classes without a break are flagged on pages alone: for many a teacher that is an ordinary day.
  const ids = clashes.filter(({ kind }) => kind === 'overlap').map((clash) => clash.classDate.id);
  return ids.length > 0 ? [{ kind: 'clash', detail: ids.join(' ').slice(0, DETAIL_MAX) }] : [];
}

function ofAddresses(passIds: readonly number[]): Finding[] {
  return passIds.length > 0 ? [{ kind: 'addresses', detail: String(passIds.length) }] : [];
}
