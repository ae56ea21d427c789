import { Op } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';

export interface ClassRow {
  readonly classDate: ClassDate;
  readonly title: string;
  readonly teacherName: string;
}

const LIMIT = 50;

/** The classes that are still to happen or happening, soonest first, and the latest that are over. */
export async function listClassDates(
  now: Date,
  teacherId?: number,
): Promise<{ upcoming: ClassRow[]; recent: ClassRow[] }> {
  const mine = teacherId === undefined ? {} : { teacherId };
  const dayAgo = new Date(now.getTime() - 24 * 60 * 60_000);
  const [upcoming, recent] = await Promise.all([
    ClassDate.findAll({
      where: { ...mine, state: { [Op.notIn]: OVER_STATES }, startsAt: { [Op.gt]: dayAgo } },
      order: ['startsAt'],
      limit: LIMIT,
    }),
    ClassDate.findAll({
      where: { ...mine, state: { [Op.in]: OVER_STATES } },
      order: [['startsAt', 'DESC']],
      limit: LIMIT,
    }),
  ]);
  return { upcoming: await withNames(upcoming), recent: await withNames(recent) };
}

/** The order's title and the teacher's name of each, in two reads. */
export async function withNames(classDates: readonly ClassDate[]): Promise<ClassRow[]> {
  const [orders, teachers] = await Promise.all([
    BookOrder.findAll({ where: { id: classDates.map(({ orderId }) => orderId) } }),
    User.findAll({ where: { id: classDates.map(({ teacherId }) => teacherId) } }),
  ]);
  const titles = new Map(orders.map(({ id, title }) => [id, title]));
  const names = new Map(teachers.map(({ id, fullName }) => [id, fullName]));
  return classDates.map((classDate) => ({
    classDate,
    title: titles.get(classDate.orderId) ?? '',
    teacherName: names.get(classDate.teacherId) ?? '',
  }));
}
