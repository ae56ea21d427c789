import { randomBytes } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { OrderGuest } from '../../src/models/OrderGuest';
import { User } from '../../src/models/User';
import { ZoomMeetingInstance } from '../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from './classes';
import { buildMeeting } from './meetings';
import { buildUser } from './people';

export interface AttendedClass {
  readonly classDate: ClassDate;
  readonly teacher: User;
  readonly student: ZoomSecureToken;
  readonly guest: ZoomSecureToken;
}

type Who =
  | 'teacher'
  | 'student'
  | 'guest'
  | { readonly name: string; readonly zoomUserId?: string; readonly pass?: 'student' | 'guest' };

/** One stay, in minutes from the start of the class. */
export type AttendedStay = readonly [who: Who, from: number, to: number | null];

/** A class of an hour, closed three hours ago and not settled yet, with a student and the guest `mum@example.test`. */
export async function buildAttendedClass(
  { encryption, signingKeys }: Pick<Deps, 'encryption' | 'signingKeys'>,
  stays: readonly AttendedStay[],
  fields: Partial<CreationAttributes<ClassDate>> = {},
): Promise<AttendedClass> {
  const teacher = await buildUser('teacher');
  const order = await buildOrder({ teacherId: teacher.id });
  const startsAt = addMinutes(new Date(Math.floor(Date.now() / 60_000) * 60_000), -240);
  const endsAt = addMinutes(startsAt, 60);
  const over = { state: 'ended' as const, liveAt: startsAt, endedAt: endsAt, closedAt: endsAt };
  const classDate = await buildClassDate({ order, startsAt, ...over, ...fields });
  const { id: userId, email } = await User.findByPk(order.userId, { rejectOnEmpty: true });
  const mum = await OrderGuest.create({ orderId: order.id, email: 'mum@example.test', name: 'Mum Muster' });
  const { pass: student } = await buildPass(signingKeys, classDate, { userId, email });
  const { pass: guest } = await buildPass(signingKeys, classDate, { guestId: mum.id, email: mum.email });
  const createdAt = addMinutes(startsAt, -30);
  const meeting = await buildMeeting(encryption, classDate, { createdAt, reconciledAt: endsAt });
  const uuid = `${randomBytes(15).toString('base64')}==`;
  const run = await ZoomMeetingInstance.create({
    zoomMeetingId: meeting.id,
    uuid,
    startedAt: startsAt,
    endedAt: endsAt,
  });
  for (const [index, [who, from, to]] of stays.entries()) {
    await ZoomParticipant.create({
      ...identityOf(who, { student, guest }),
      instanceId: run.id,
      zoomSessionUserId: String(16_778_240 + index),
      joinTime: addMinutes(startsAt, from),
      leaveTime: to === null ? null : addMinutes(startsAt, to),
      source: 'both',
    });
  }
  // As a reader of the rows sees them.
  return { classDate, teacher, student: await student.reload(), guest: await guest.reload() };
}

type Identity = Pick<CreationAttributes<ZoomParticipant>, 'role' | 'matchedBy' | 'userName' | 'zoomUserId' | 'passId'>;

function identityOf(who: Who, passes: Pick<AttendedClass, 'student' | 'guest'>): Identity {
  if (who === 'teacher') return { role: 'host', matchedBy: 'host', userName: 'Tamara' } as const;
  if (who === 'student' || who === 'guest') {
    const role = who === 'student' ? 'participant' : 'guest';
    return { role, matchedBy: 'registrant', passId: passes[who].id, userName: who } as const;
  }
  const { name, zoomUserId = null, pass } = who;
  if (pass) return { ...identityOf(pass, passes), userName: name, zoomUserId };
  return { role: 'participant', matchedBy: 'none', userName: name, zoomUserId } as const;
}
