import type { Sequelize } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { BASIC_MINUTES, LEAST_CAPACITY, SPARE_WRITES, utcDay, WRITES_A_DAY } from '../domain/hostLimits';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { clashInWords } from '../presenters/hostClash';
import { countRoomsOfDay } from './countRoomsOfDay';
import { findHostClashes } from './findHostClashes';

/** The teacher is in the room, too. */
const HOST = 1;
/** The class's page names them all. */
const NAMED_CLASHES = 3;

/**
 * What whoever has just booked or changed a class should know of its host: nothing of it keeps the class from being
 * booked, and most of it can still be mended.
 *
 * @param names whether the teacher's other classes are called by their titles: another marketplace's are not its affair
 */
export async function findClassWarnings(
  db: Sequelize,
  classDate: ClassDate,
  now: Date,
  { names }: { names: boolean } = { names: true },
): Promise<string[]> {
  const [found = []] = await findHostClashes([classDate], now);
  const clashes = found.map((clash) => (names ? clash : { ...clash, title: null }));
  return [...(await teacherWarnings(classDate)), ...clashWarnings(clashes), ...(await quotaWarnings(db, classDate))];
}

function clashWarnings(clashes: readonly Parameters<typeof clashInWords>[0][]): string[] {
  const named = clashes.slice(0, NAMED_CLASHES).map((clash) => clashInWords(clash, null));
  const others = clashes.length - named.length;
  return others === 0 ? named : [...named, `So it is with ${others} more of the teacher’s classes.`];
}

async function teacherWarnings({ id, teacherId, durationMinutes }: ClassDate): Promise<string[]> {
  const teacher = await User.findByPk(teacherId);
  if (teacher?.disabledAt) return ['The teacher is disabled. Give the class to another one.'];
  const connection = await ZoomConnection.findOne({ where: { userId: teacherId } });
  if (connection?.state !== 'connected') {
    return ['The teacher has not connected Zoom. The class needs that before it can open.'];
  }
  const people = HOST + (await ZoomSecureToken.count({ where: { classDateId: id, revokedAt: null } }));
  const warnings: string[] = [];
  if (!connection.licensed && durationMinutes > BASIC_MINUTES) {
    warnings.push(`The teacher’s Zoom account is a Basic one: Zoom ends its meetings after ${BASIC_MINUTES} minutes.`);
  }
  if (people > LEAST_CAPACITY) {
    const plan = connection.licensed
      ? 'not every Zoom plan lets in more than'
      : 'a Basic Zoom account lets in no more than';
    warnings.push(`${people} people are to come, and ${plan} ${LEAST_CAPACITY}.`);
  }
  return warnings;
}

async function quotaWarnings(db: Sequelize, classDate: ClassDate): Promise<string[]> {
  const { opensAt } = classTimes(classDate);
  const { booked } = await countRoomsOfDay(db, classDate.teacherId, opensAt);
  if (booked <= WRITES_A_DAY - SPARE_WRITES) return [];
  const day = utcDay(opensAt).from.toISOString().slice(0, 10);
  return [
    `The teacher has ${booked} classes on ${day} (UTC). Zoom lets a host’s meetings be made or changed ${WRITES_A_DAY} times a day.`,
  ];
}
