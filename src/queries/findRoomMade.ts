import { Op } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { later } from '../domain/clock';
import type { ClassDate } from '../models/ClassDate';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import type { ZoomMeeting } from '../models/ZoomMeeting';

/** When the class's room was made, the last of them, and from when on it could have been. */
export interface RoomMade {
  readonly at: Date;
  readonly dueAt: Date;
}

const MADE = ['meeting_created', 'meeting_adopted'] as const;
/** What asks for another room than there is, or for one sooner. */
const ASKS_FOR_ONE = ['class_booked', 'class_rescheduled', 'class_reopened', 'teacher_changed'] as const;
const FORMER_GOES = ['meeting_deleted', 'meeting_gone'] as const;

/** By the audit log, for a meeting's own row is there from the first try on. */
export async function findRoomMade(classDate: ClassDate, meetings: readonly ZoomMeeting[]): Promise<RoomMade | null> {
  const ofRooms = { entityType: 'zoom_meeting', entityId: meetings.map(({ id }) => id) };
  const newestFirst = { order: [['id', 'DESC']] as [string, string][] };
  const made = await ZoomAuditLog.findOne({ where: { ...ofRooms, action: [...MADE] }, ...newestFirst });
  const room = meetings.find(({ id }) => id === made?.entityId);
  if (!made || !room) return null;
  const ofClass = { entityType: 'class_date', entityId: classDate.id };
  const asked = await ZoomAuditLog.findOne({
    where: {
      id: { [Op.lt]: made.id },
      [Op.or]: [
        { ...ofClass, action: [...ASKS_FOR_ONE] },
        { ...ofRooms, action: [...FORMER_GOES] },
      ],
    },
    ...newestFirst,
  });
  const { opensAt } = classTimes({ ...scheduleOf(classDate), startsAt: room.madeFor ?? room.startTime });
  return { at: made.createdAt, dueAt: later(later(opensAt, classDate.createdAt), asked?.createdAt ?? null) };
}

function scheduleOf({ durationMinutes, leadMinutes, graceMinutes, watchMinutes, settleMinutes }: ClassDate) {
  return { durationMinutes, leadMinutes, graceMinutes, watchMinutes, settleMinutes };
}
