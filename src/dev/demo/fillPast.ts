import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type { CreationAttributes } from 'sequelize';
import { concludeClass } from '../../commands/concludeClass';
import { newPass } from '../../commands/newPass';
import { THE_SYSTEM } from '../../commands/writeAudit';
import { inTransaction } from '../../db/transaction';
import type { Deps } from '../../deps';
import { addMinutes } from '../../domain/clock';
import { BookOrder } from '../../models/BookOrder';
import { ClassDate } from '../../models/ClassDate';
import { OrderGuest } from '../../models/OrderGuest';
import { User } from '../../models/User';
import { ZoomMeeting } from '../../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../models/ZoomParticipant';
import { ZoomSecureToken } from '../../models/ZoomSecureToken';
import { DEFAULT_TIMES } from '../../queries/findZoomSettings';
import type { DemoPeople } from './people';

const DAY_MINUTES = 24 * 60;
const DURATION_MINUTES = 45;
/** Zoom numbers the people in a meeting from some such number on. */
const FIRST_SESSION_ID = 16_778_240;

/** Classes of the last days, in the states that no class of today would show for a while. */
export async function fillPast(deps: Deps, { teacher, student }: DemoPeople): Promise<void> {
  const order = await BookOrder.create({ title: 'Geometry, last week', teacherId: teacher.id, userId: student.id });
  const now = deps.clock.now();
  const zone = teacher.timeZone ?? 'UTC';
  const add = (minutesAgo: number, fields: Pick<CreationAttributes<ClassDate>, 'state' | 'outcome'>) => {
    const startsAt = addMinutes(startOfMinute(now), -minutesAgo);
    const endedAt = addMinutes(startsAt, DURATION_MINUTES);
    return ClassDate.create({
      randomKey: randomBytes(16).toString('hex'),
      orderId: order.id,
      teacherId: teacher.id,
      localStart: DateTime.fromJSDate(startsAt, { zone }).toFormat("yyyy-MM-dd'T'HH:mm"),
      timeZone: zone,
      startsAt,
      durationMinutes: DURATION_MINUTES,
      ...DEFAULT_TIMES,
      closedAt: endedAt,
      endedAt,
      settledAt: endedAt,
      ...fields,
    });
  };
  await fillHeldClass(deps, await add(2 * DAY_MINUTES, { state: 'settled', outcome: 'held' }), order);
  await add(3 * DAY_MINUTES, { state: 'settled', outcome: 'teacher_absent' });
  await add(4 * DAY_MINUTES, { state: 'cancelled', outcome: 'cancelled' });
  await add(5 * DAY_MINUTES, { state: 'missed', outcome: 'room_failed' });
}

async function fillHeldClass(deps: Deps, classDate: ClassDate, order: BookOrder): Promise<void> {
  const { startsAt, durationMinutes, timeZone, teacherId } = classDate;
  const endsAt = addMinutes(startsAt, durationMinutes);
  const meeting = await ZoomMeeting.create({
    orderId: order.id,
    classDateId: classDate.id,
    teacherId,
    generation: 1,
    isCurrent: true,
    state: 'gone',
    marker: randomBytes(12).toString('hex'),
    topic: order.title,
    startTime: startsAt,
    duration: durationMinutes,
    timezone: timeZone,
    status: 'ended',
    actualStartTime: startsAt,
    actualEndTime: endsAt,
    reconciledAt: endsAt,
  });
  const instance = await ZoomMeetingInstance.create({
    zoomMeetingId: meeting.id,
    uuid: randomBytes(16).toString('base64'),
    startedAt: startsAt,
    endedAt: endsAt,
  });
  await fillAttendance(deps, classDate, instance.id, order);
}

/** Sam dropped out for two minutes, Greta came late, and a telephone gave no name that we know. */
async function fillAttendance(deps: Deps, classDate: ClassDate, instanceId: number, order: BookOrder): Promise<void> {
  const greta = await OrderGuest.create({ orderId: order.id, name: 'Greta Guest', email: 'greta@guests.example' });
  const passOf = async (person: Parameters<typeof newPass>[2]) =>
    (await ZoomSecureToken.create(newPass(deps, classDate, person))).id;
  const student = await User.findByPk(order.userId, { rejectOnEmpty: true });
  const sam = await passOf({ userId: student.id, guestId: null, email: student.email });
  const guest = await passOf({ userId: null, guestId: greta.id, email: greta.email });
  const stays = [
    { userName: 'Ada Lovelace', role: 'host', matchedBy: 'host', passId: null, from: 0, to: DURATION_MINUTES },
    { userName: 'Sam Student', role: 'participant', matchedBy: 'registrant', passId: sam, from: 2, to: 20 },
    { userName: 'Sam Student', role: 'participant', matchedBy: 'registrant', passId: sam, from: 22, to: 45 },
    { userName: 'Greta Guest', role: 'guest', matchedBy: 'email', passId: guest, from: 14, to: 45 },
    { userName: 'iPhone', role: 'participant', matchedBy: 'none', passId: null, from: 4, to: 40 },
  ] as const;
  for (const [index, { from, to, ...person }] of stays.entries()) {
    await ZoomParticipant.create({
      ...person,
      instanceId,
      zoomSessionUserId: String(FIRST_SESSION_ID + index),
      joinTime: addMinutes(classDate.startsAt, from),
      leaveTime: addMinutes(classDate.startsAt, to),
      source: 'both',
    });
  }
  const why = { cause: 'settled', now: deps.clock.now(), origin: THE_SYSTEM } as const;
  await inTransaction(deps.db, (transaction) => concludeClass(deps, classDate, why, transaction));
}

function startOfMinute(instant: Date): Date {
  return DateTime.fromJSDate(instant).startOf('minute').toJSDate();
}
