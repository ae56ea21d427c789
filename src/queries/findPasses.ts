import { Op } from 'sequelize';
import { ROW_ID } from '../domain/rowId';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { hashToken } from '../security/joinPass';
import { findPassNames, type PassName } from './findPassNames';

export interface PassRow {
  readonly pass: ZoomSecureToken;
  readonly name: PassName | undefined;
  readonly classDate: ClassDate;
  readonly title: string;
}

export interface PassPage extends PassRow {
  readonly mails: readonly MailDelivery[];
  readonly audits: readonly ZoomAuditLog[];
}

const PEOPLE_MAX = 200;
const PASSES_MAX = 50;
const STORY_MAX = 300;

/** The pass of a token, be it the newest one or the one before. */
export async function findPassByToken(token: string): Promise<ZoomSecureToken | null> {
  const hash = hashToken(token);
  return (
    (await ZoomSecureToken.findOne({ where: { token: hash } })) ??
    ZoomSecureToken.findOne({ where: { formerToken: hash } })
  );
}

/** The newest passes of people whose name or address has that text in it, or of the class date of that number. */
export async function searchPasses(text: string): Promise<PassRow[]> {
  const like = { [Op.like]: `%${text.replace(/[\\%_]/g, '\\$&')}%` };
  const [users, guests] = await Promise.all([
    User.findAll({
      where: { [Op.or]: [{ email: like }, { firstName: like }, { lastName: like }] },
      attributes: ['id'],
      limit: PEOPLE_MAX,
    }),
    OrderGuest.findAll({
      where: { [Op.or]: [{ email: like }, { name: like }] },
      attributes: ['id'],
      limit: PEOPLE_MAX,
    }),
  ]);
  const who = [
    { userId: users.map(({ id }) => id) },
    { guestId: guests.map(({ id }) => id) },
    ...(ROW_ID.test(text) ? [{ classDateId: Number(text) }] : []),
  ];
  return rowsOf(await ZoomSecureToken.findAll({ where: { [Op.or]: who }, order: [['id', 'DESC']], limit: PASSES_MAX }));
}

/** Everything that is known of a pass; null when there is none. */
export async function findPassPage(id: number): Promise<PassPage | null> {
  const pass = await ZoomSecureToken.findByPk(id);
  if (!pass) return null;
  const [row] = await rowsOf([pass]);
  if (!row) return null;
  const newest = { order: [['id', 'DESC']] as [string, string][], limit: STORY_MAX };
  const [mails, deeds, refusals] = await Promise.all([
    MailDelivery.findAll({ where: { passId: id }, ...newest }),
    ZoomAuditLog.findAll({ where: { entityType: 'zoom_secure_token', entityId: id }, ...newest }),
    ZoomAuditLog.findAll({
      where: { entityType: 'class_date', entityId: pass.classDateId, metadata: { [Op.like]: `%"passId":${id}}` } },
      ...newest,
    }),
  ]);
  return { ...row, mails, audits: [...deeds, ...refusals] };
}

async function rowsOf(passes: readonly ZoomSecureToken[]): Promise<PassRow[]> {
  const classDates = await ClassDate.findAll({ where: { id: passes.map(({ classDateId }) => classDateId) } });
  const orders = await BookOrder.findAll({ where: { id: classDates.map(({ orderId }) => orderId) } });
  const names = await findPassNames(passes);
  const classesById = new Map(classDates.map((classDate) => [classDate.id, classDate]));
  const titles = new Map(orders.map(({ id, title }) => [id, title]));
  return passes.flatMap((pass) => {
    const classDate = classesById.get(pass.classDateId);
    return classDate ? [{ pass, classDate, name: names.get(pass.id), title: titles.get(classDate.orderId) ?? '' }] : [];
  });
}
