import { randomBytes } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import { addMinutes } from '../../src/domain/clock';
import { BookOrder } from '../../src/models/BookOrder';
import { ClassDate } from '../../src/models/ClassDate';
import { OrderGuest } from '../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { hashToken, joinToken, type PersonKey } from '../../src/security/joinPass';
import type { SigningKeys } from '../../src/security/keyRing';
import { buildUser } from './people';

interface OrderFields {
  readonly title?: string;
  readonly teacherId?: number;
  readonly userId?: number;
  readonly guests?: readonly string[];
}

export async function buildOrder(fields: OrderFields = {}): Promise<BookOrder> {
  const order = await BookOrder.create({
    title: fields.title ?? 'Maths 7B',
    teacherId: fields.teacherId ?? (await buildUser('teacher')).id,
    userId: fields.userId ?? (await buildUser('student')).id,
  });
  for (const email of fields.guests ?? []) await OrderGuest.create({ orderId: order.id, email });
  return order;
}

/** A class date an hour from now unless said otherwise; with its order where none is given. */
export async function buildClassDate(
  fields: Partial<CreationAttributes<ClassDate>> & { order?: BookOrder } = {},
): Promise<ClassDate> {
  const { order: givenOrder, ...overrides } = fields;
  const order = givenOrder ?? (await buildOrder());
  const startsAt = overrides.startsAt ?? addMinutes(new Date(), 60);
  return ClassDate.create({
    randomKey: randomBytes(16).toString('hex'),
    orderId: order.id,
    teacherId: order.teacherId,
    localStart: startsAt.toISOString().slice(0, 16),
    timeZone: 'UTC',
    startsAt,
    durationMinutes: 60,
    leadMinutes: 30,
    graceMinutes: 15,
    watchMinutes: 5,
    settleMinutes: 90,
    lateMinutes: 10,
    presentMinutes: 1,
    state: 'scheduled',
    ...overrides,
  });
}

/** A pass and the token its link carries. */
export async function buildPass(
  signingKeys: SigningKeys,
  classDate: ClassDate,
  person: { userId: number; email: string } | { guestId: number; email: string },
): Promise<{ pass: ZoomSecureToken; token: string }> {
  const key: PersonKey = 'userId' in person ? `user:${person.userId}` : `guest:${person.guestId}`;
  const token = joinToken(signingKeys, {
    keyId: signingKeys.currentId,
    classKey: classDate.randomKey,
    person: key,
    epoch: 1,
  });
  const pass = await ZoomSecureToken.create({
    ...person,
    classDateId: classDate.id,
    token: hashToken(token),
    keyId: signingKeys.currentId,
    epoch: 1,
  });
  return { pass, token };
}
