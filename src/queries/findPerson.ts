import { Op } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { AccountLink } from '../models/AccountLink';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { RefusedEdit } from '../models/RefusedEdit';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { withNames, type ClassRow } from './listClassDates';

/** Everything the page of a person shows. */
export interface PersonPage {
  readonly user: User;
  /** of a teacher; null: never connected */
  readonly connection: ZoomConnection | null;
  /** the newest invitation that has not been taken up, good or not */
  readonly invitation: AccountLink | null;
  /** the next classes that they give or have bought */
  readonly coming: readonly ClassRow[];
  /** how many there are in all */
  readonly comingCount: number;
  /** whether an edit of a marketplace's, which was refused, waits for a decision */
  readonly hasRefusedEdit: boolean;
}

const SHOWN = 20;

/** @returns null when there is no such person */
export async function findPerson(id: number): Promise<PersonPage | null> {
  const user = await User.findByPk(id);
  if (!user) return null;
  const [connection, invitation, refused, where] = await Promise.all([
    ZoomConnection.findOne({ where: { userId: id } }),
    AccountLink.findOne({ where: { userId: id, purpose: 'invitation', usedAt: null }, order: [['id', 'DESC']] }),
    RefusedEdit.count({ where: { userId: id } }),
    comingOf(user),
  ]);
  const [classDates, comingCount] = await Promise.all([
    ClassDate.findAll({ where, order: ['startsAt', 'id'], limit: SHOWN }),
    ClassDate.count({ where }),
  ]);
  const coming = await withNames(classDates);
  return { user, connection, invitation, coming, comingCount, hasRefusedEdit: refused > 0 };
}

async function comingOf({ id, role }: User) {
  const open = { closedAt: null, state: { [Op.notIn]: OVER_STATES } };
  if (role === 'teacher') return { ...open, teacherId: id };
  const orders = await BookOrder.findAll({ where: { userId: id }, attributes: ['id'] });
  return { ...open, orderId: orders.map((order) => order.id) };
}
