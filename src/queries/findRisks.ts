import type { Sequelize } from 'sequelize';
import type { Finding } from '../domain/classRisks';
import { classTimes } from '../domain/classTimes';
import { BASIC_MINUTES, LEAST_CAPACITY, WRITES_A_DAY } from '../domain/hostLimits';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomHostCheck } from '../models/ZoomHostCheck';
import { meetingWritesOn } from '../zoom/meetingWrites';
import { missingScopes } from '../zoom/scopes';
import { countRoomsOfDay } from './countRoomsOfDay';
import { findBadAddresses } from './findBadAddresses';
import { findHostClashes } from './findHostClashes';

interface Asked {
  readonly host: Pick<ZoomHostCheck, 'active' | 'capacity'> | null;
  /** how many are to come, the host among them */
  readonly people: number;
  readonly now: Date;
}

const DETAIL_MAX = 255;

/** Everything that is wrong with a class that is to come, from our own rows and from what Zoom said of its host. */
export async function findRisks(db: Sequelize, classDate: ClassDate, asked: Asked): Promise<Finding[]> {
  const connection = await ZoomConnection.findOne({ where: { userId: classDate.teacherId } });
  const teacher = await User.findByPk(classDate.teacherId);
  return [
    ...(teacher?.disabledAt ? [{ kind: 'teacher_disabled', detail: null } as const] : []),
    ...ofConnection(connection, classDate, asked),
    ...(await ofQuota(db, classDate, connection)),
    ...(await ofClashes(classDate, asked.now)),
    ...(await ofAddresses(classDate.id)),
  ];
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

/** Our own count says what is to be expected; Zoom's own "no" says what is so. */
async function ofQuota(db: Sequelize, classDate: ClassDate, connection: ZoomConnection | null): Promise<Finding[]> {
  if (classDate.state !== 'scheduled' && classDate.state !== 'preparing') return [];
  const { opensAt } = classTimes(classDate);
  const { unmade } = await countRoomsOfDay(db, classDate.teacherId, opensAt);
  const needed = unmade + (await meetingWritesOn(db, classDate.teacherId, opensAt));
  const refused = (connection?.pausedUntil ?? opensAt) > opensAt;
  return needed > WRITES_A_DAY || refused ? [{ kind: 'quota', detail: String(needed) }] : [];
}

async function ofClashes(classDate: ClassDate, now: Date): Promise<Finding[]> {
  const [clashes = []] = await findHostClashes([classDate], now);
  // Classes without a break are flagged on pages alone: for many a teacher that is an ordinary day.
  const ids = clashes.filter(({ kind }) => kind === 'overlap').map((clash) => clash.classDate.id);
  return ids.length > 0 ? [{ kind: 'clash', detail: ids.join(' ').slice(0, DETAIL_MAX) }] : [];
}

async function ofAddresses(classDateId: number): Promise<Finding[]> {
  const passIds = await findBadAddresses(classDateId);
  return passIds.length > 0 ? [{ kind: 'addresses', detail: String(passIds.length) }] : [];
}
