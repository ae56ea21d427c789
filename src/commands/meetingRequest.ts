import { createHash } from 'node:crypto';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import type { MeetingRequest } from '../zoom/meetings';

/**
 * The marker by which we know a meeting as ours. It is derived from the class's random key and the generation, so a
 * database restored from yesterday still recognises the meeting it made today.
 *
 * @returns 24 hex digits
 */
export function meetingMarker(classKey: string, generation: number): string {
  return createHash('sha256').update(`meeting|${classKey}|${generation}`).digest('hex').slice(0, 24);
}

/** The marker as it stands in a meeting's agenda. */
export function markerText(marker: string): string {
  return `[ref:${marker}]`;
}

/** What the meeting at Zoom should look like for the class as it is now. */
export function meetingRequest(
  classDate: Pick<ClassDate, 'startsAt' | 'durationMinutes' | 'timeZone'>,
  meeting: ZoomMeeting,
): MeetingRequest {
  return {
    topic: meeting.topic,
    startsAt: classDate.startsAt,
    durationMinutes: classDate.durationMinutes,
    timeZone: classDate.timeZone,
    agenda: `${markerText(meeting.marker)} A DreamCrowd Live class.`,
    registration: meeting.registration,
  };
}
