import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import type { MailDelivery } from '../models/MailDelivery';
import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { buyerAsNamed, nameOf } from './buyersAsNamed';
import { findClassRisks, type RiskRow } from './findClassRisks';
import { loadToldBefore, type ToldBefore } from './loadToldBefore';

/** Why somebody must get no mail. Each may pass: see planMails. */
export const DISABLED = 'the account is disabled';
export const REVOKED = 'the pass was revoked';
export const REMOVED = 'the guest was removed';

/** The class as every mail about it needs it. */
export interface MailClass {
  readonly classDate: ClassDate;
  readonly title: string;
  readonly teacherName: string;
  /** as the order calls them: who is told it may have been named by whoever made the order */
  readonly buyerName: string;
  /** what is wrong with it, the worst first */
  readonly risks: readonly RiskRow[];
}

/** Whom a mail goes to. `pass` is there for students and guests. */
export interface MailRecipient {
  readonly email: string;
  readonly name: string;
  readonly timeZone: string | null;
  readonly pass: ZoomSecureToken | null;
  readonly isAdmin: boolean;
  /** Why they must get no mail, if so. */
  readonly skip: string | null;
  /** What they were told of the class before, for mails of a change; null where nothing was. */
  readonly before: ToldBefore | null;
}

export async function loadMailClass(classDateId: number, now: Date): Promise<MailClass> {
  const classDate = await ClassDate.findByPk(classDateId, { rejectOnEmpty: true });
  const order = await BookOrder.findByPk(classDate.orderId, { rejectOnEmpty: true });
  const [teacher, buyer] = await Promise.all([User.findByPk(classDate.teacherId), User.findByPk(order.userId)]);
  return {
    classDate,
    title: order.title,
    teacherName: teacher?.fullName ?? 'your teacher',
    buyerName: buyer ? nameOf(await buyerAsNamed(order, buyer)) : 'a DreamCrowd student',
    risks: await findClassRisks(classDate, now),
  };
}

/** The recipients of many ledger rows at once, by row id; a row whose person no longer exists is left out. */
export async function loadRecipients(rows: readonly MailDelivery[]): Promise<Map<number, MailRecipient>> {
  const passes = await ZoomSecureToken.findAll({ where: { id: rows.flatMap(({ passId }) => passId ?? []) } });
  const passesById = new Map(passes.map((pass) => [pass.id, pass]));
  const userIds = [...rows, ...passes].flatMap(({ userId }) => userId ?? []);
  const users = new Map((await User.findAll({ where: { id: userIds } })).map((user) => [user.id, user]));
  const guestIds = passes.flatMap(({ guestId }) => guestId ?? []);
  const guests = new Map((await OrderGuest.findAll({ where: { id: guestIds } })).map((guest) => [guest.id, guest]));
  const told = await loadToldBefore(rows);
  const found = new Map<number, MailRecipient>();
  for (const row of rows) {
    const pass = row.passId === null ? null : (passesById.get(row.passId) ?? null);
    const user = users.get(row.userId ?? pass?.userId ?? 0);
    const guest = guests.get(pass?.guestId ?? 0);
    const person = personOf(user, guest, pass);
    if (person) found.set(row.id, { ...atFormer(row, person), before: told.get(row.id) ?? null });
  }
  return found;
}

type Person = Omit<MailRecipient, 'before'>;

function personOf(user: User | undefined, guest: OrderGuest | undefined, pass: ZoomSecureToken | null): Person | null {
  if (user) return ofUser(user, pass);
  return guest && pass ? ofGuest(guest, pass) : null;
}

/**
 * Whoever reads at a former address need not be the person, so no name goes there; and they are told also of somebody who
 * is disabled.
 */
function atFormer({ toEmail }: MailDelivery, person: Person): Person {
  if (toEmail === null) return person;
  const isBack = toEmail.toLowerCase() === person.email.toLowerCase();
  return { ...person, email: toEmail, name: '', skip: isBack ? 'the address was changed back' : null };
}

function ofUser(user: User, pass: ZoomSecureToken | null): Person {
  const skip = user.disabledAt ? DISABLED : revoked(pass);
  return {
    email: user.email,
    name: user.firstName,
    timeZone: user.timeZone,
    pass,
    isAdmin: user.role === 'admin',
    skip,
  };
}

function ofGuest(guest: OrderGuest, pass: ZoomSecureToken): Person {
  const skip = guest.removedAt ? REMOVED : revoked(pass);
  return { email: pass.email, name: guest.name ?? '', timeZone: guest.timeZone, pass, isAdmin: false, skip };
}

function revoked(pass: ZoomSecureToken | null): string | null {
  return pass?.revokedAt ? REVOKED : null;
}
