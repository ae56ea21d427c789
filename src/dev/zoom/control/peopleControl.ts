import type { Meeting } from '../core/types';
import type { World } from '../core/world';
import { enterBreakoutRoom, leaveBreakoutRoom } from '../live/breakoutRooms';
import { emitParticipantEvent } from '../live/events';
import { endMeeting, HostIsBusy } from '../live/meetingLife';
import { admit, drop, joinMeeting, leave, putInWaitingRoom, runOf, segmentOf, type Person } from '../live/participants';
import { enterAsHost, joinSchema, readPerson, type JoinRequest } from '../live/people';

type MeetingId = number | string;

/** What people do in meetings. Participants are named by Zoom's per-join user id, which `join` returns. */
export abstract class PeopleControl {
  constructor(protected readonly world: World) {}

  protected abstract find(meetingId: MeetingId): Meeting;

  /**
   * The host opens the start link.
   *
   * @throws HostIsBusy when another meeting of the host goes on and `endOther` is not given
   */
  hostStart(meetingId: MeetingId, { endOther = false }: { endOther?: boolean } = {}): { uuid: string; userId: string } {
    const meeting = this.find(meetingId);
    const { instance, userId } = endOther ? this.endingOther(meeting) : enterAsHost(this.world, meeting);
    return { uuid: instance.uuid, userId };
  }

  /** @throws UnknownToZoom when the meeting has not been started, or the person is not known */
  join(meetingId: MeetingId, request: JoinRequest = {}): string {
    const meeting = this.find(meetingId);
    const instance = runOf(this.world, meeting);
    const person: Person = readPerson(this.world, meeting, instance, joinSchema.parse(request));
    return joinMeeting(this.world, meeting, instance, person).userId;
  }

  leave(meetingId: MeetingId, userId: string): void {
    const meeting = this.find(meetingId);
    leave(this.world, meeting, segmentOf(this.world, meeting, userId));
  }

  /** The connection is lost; "left" is told 60 to 90 s later, scaled. */
  drop(meetingId: MeetingId, userId: string): void {
    const meeting = this.find(meetingId);
    drop(this.world, meeting, segmentOf(this.world, meeting, userId));
  }

  rename(meetingId: MeetingId, userId: string, name: string): void {
    segmentOf(this.world, this.find(meetingId), userId).name = name;
    this.world.changed();
  }

  admit(meetingId: MeetingId, userId: string): void {
    const meeting = this.find(meetingId);
    admit(this.world, meeting, segmentOf(this.world, meeting, userId));
  }

  /** @returns the user id of the new stay */
  putInWaitingRoom(meetingId: MeetingId, userId: string): string {
    const meeting = this.find(meetingId);
    return putInWaitingRoom(this.world, meeting, segmentOf(this.world, meeting, userId)).userId;
  }

  /** @returns the room's uuid, for sending others to the same */
  enterBreakoutRoom(meetingId: MeetingId, userId: string, roomUuid?: string): string {
    const meeting = this.find(meetingId);
    return enterBreakoutRoom(this.world, meeting, segmentOf(this.world, meeting, userId), roomUuid);
  }

  leaveBreakoutRoom(meetingId: MeetingId, userId: string): void {
    const meeting = this.find(meetingId);
    leaveBreakoutRoom(this.world, meeting, segmentOf(this.world, meeting, userId));
  }

  changeRole(meetingId: MeetingId, userId: string, newRole: 'host' | 'co-host' | 'attendee'): void {
    const meeting = this.find(meetingId);
    const segment = segmentOf(this.world, meeting, userId);
    const roles = { old_role: segment.role === 'host' ? 'host' : 'attendee', new_role: newRole };
    const event = 'meeting.participant_role_changed';
    emitParticipantEvent(this.world, meeting, runOf(this.world, meeting), event, segment, roles);
  }

  /** The host ends the meeting for all; false when it was not going on. */
  end(meetingId: MeetingId): boolean {
    return endMeeting(this.world, this.find(meetingId));
  }

  private endingOther(meeting: Meeting): ReturnType<typeof enterAsHost> {
    try {
      return enterAsHost(this.world, meeting);
    } catch (error) {
      if (!(error instanceof HostIsBusy)) throw error;
      endMeeting(this.world, error.running);
      return this.endingOther(meeting);
    }
  }
}
