import type { Meeting, Segment } from '../core/types';
import type { World } from '../core/world';
import { newUuid } from '../api/newIds';
import { emitRunEvent } from './events';
import { runOf } from './participants';

const USER_ID_STEP = 1024;

/** In a room a person has another user id; the main one is told as the parent. */
export function enterBreakoutRoom(world: World, meeting: Meeting, segment: Segment, roomUuid?: string): string {
  const instance = runOf(world, meeting);
  const uuid = roomUuid ?? newUuid(world.ids);
  segment.breakoutRoom = { uuid, userId: String(instance.nextUserId) };
  instance.nextUserId += USER_ID_STEP;
  tell(world, meeting, segment, 'meeting.participant_joined_breakout_room', { join_time: world.clock.iso() });
  return uuid;
}

export function leaveBreakoutRoom(world: World, meeting: Meeting, segment: Segment): void {
  if (!segment.breakoutRoom) return;
  tell(world, meeting, segment, 'meeting.participant_left_breakout_room', { leave_time: world.clock.iso() });
  segment.breakoutRoom = null;
}

function tell(world: World, meeting: Meeting, segment: Segment, event: string, times: object): void {
  emitRunEvent(world, meeting, runOf(world, meeting), event, {
    breakout_room_uuid: segment.breakoutRoom?.uuid,
    participant: {
      user_id: segment.breakoutRoom?.userId,
      parent_user_id: segment.userId,
      user_name: segment.name,
      id: segment.zoomUserId,
      participant_uuid: segment.participantUuid,
      registrant_id: segment.registrantId,
      ...times,
    },
  });
}
