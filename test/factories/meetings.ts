import { randomBytes, randomInt } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import { joinUrlPlace } from '../../src/commands/saveMadeMeeting';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import type { Encryption } from '../../src/security/encryption';

export const newMeetingId = () => String(randomInt(90_000_000_000, 99_999_999_999));

/** A current meeting that Zoom has made for the class, with the plain join URL given. */
export async function buildMeeting(
  encryption: Encryption,
  classDate: ClassDate,
  fields: Partial<CreationAttributes<ZoomMeeting>> & { joinUrl?: string } = {},
): Promise<ZoomMeeting> {
  const { joinUrl = 'https://us05web.zoom.us/j/97763643886?pwd=plain', ...overrides } = fields;
  const meeting = await ZoomMeeting.create({
    orderId: classDate.orderId,
    classDateId: classDate.id,
    teacherId: classDate.teacherId,
    generation: 1,
    isCurrent: true,
    state: 'created',
    marker: randomBytes(12).toString('hex'),
    meetingId: newMeetingId(),
    topic: 'Maths 7B',
    startTime: classDate.startsAt,
    duration: classDate.durationMinutes,
    timezone: classDate.timeZone,
    status: 'scheduled',
    ...overrides,
  });
  return meeting.update({ joinUrlEncrypted: encryption.encrypt(joinUrl, joinUrlPlace(meeting.id)) });
}
