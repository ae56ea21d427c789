import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type { CreationAttributes } from 'sequelize';
import type { Deps } from '../../deps';
import { addMinutes } from '../../domain/clock';
import { BookOrder } from '../../models/BookOrder';
import { ClassAttendance } from '../../models/ClassAttendance';
import { ClassDate } from '../../models/ClassDate';
import { ZoomMeeting } from '../../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../models/ZoomParticipant';
import { DEFAULT_TIMES } from '../../queries/findZoomSettings';
import type { DemoPeople } from './people';

const DAY_MINUTES = 24 * 60;
const DURATION_MINUTES = 45;
/** Zoom numbers the people in a meeting from some such number on. */
const FIRST_SESSION_ID = 16_778_240;

/** Classes of the last days, in the states that no class of today would show for a while. */
export async function fillPast({ clock }: Deps, { teacher, student }: DemoPeople): Promise<void> {
  const order = await BookOrder.create({ title: 'Geometry, last week', teacherId: teacher.id, userId: student.id });
  const now = clock.now();
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
  await fillHeldClass(await add(2 * DAY_MINUTES, { state: 'settled', outcome: 'held' }), order, student.id);
  await add(3 * DAY_MINUTES, { state: 'settled', outcome: 'teacher_absent' });
  await add(4 * DAY_MINUTES, { state: 'cancelled', outcome: 'cancelled' });
  await add(5 * DAY_MINUTES, { state: 'missed', outcome: 'room_failed' });
}

async function fillHeldClass(classDate: ClassDate, order: BookOrder, studentId: number): Promise<void> {
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
  });
  const instance = await ZoomMeetingInstance.create({
    zoomMeetingId: meeting.id,
    uuid: randomBytes(16).toString('base64'),
    startedAt: startsAt,
    endedAt: endsAt,
  });
  await fillAttendance(classDate, instance.id, studentId);
}

async function fillAttendance(classDate: ClassDate, instanceId: number, studentId: number): Promise<void> {
  const { id: classDateId, startsAt, durationMinutes, teacherId } = classDate;
  const endsAt = addMinutes(startsAt, durationMinutes);
  const stays = [
    { name: 'Ada Lovelace', personKey: `teacher:${teacherId}`, role: 'host', from: startsAt },
    { name: 'Sam Student', personKey: `user:${studentId}`, role: 'participant', from: addMinutes(startsAt, 2) },
  ] as const;
  for (const [index, { name, personKey, role, from }] of stays.entries()) {
    await ZoomParticipant.create({
      instanceId,
      zoomSessionUserId: String(FIRST_SESSION_ID + index),
      userName: name,
      role,
      matchedBy: role === 'host' ? 'host' : 'registrant',
      joinTime: from,
      leaveTime: endsAt,
      source: 'webhook',
    });
    await ClassAttendance.create({
      classDateId,
      personKey,
      revision: 1,
      verdict: 'present',
      presentSeconds: Math.round((endsAt.getTime() - from.getTime()) / 1000),
      firstJoinAt: from,
      lastLeaveAt: endsAt,
      sources: 'webhook',
    });
  }
}

function startOfMinute(instant: Date): Date {
  return DateTime.fromJSDate(instant).startOf('minute').toJSDate();
}
