import type { AccessToken, AuthorizationCode, Grant, Instance, Meeting } from './types';

/** Everything that outlives a restart, in plain Maps; `persistence.ts` writes it as it stands. */
export class ZoomState {
  meetings = new Map<number, Meeting>();
  meetingsByHost = new Map<string, Set<number>>();
  instances = new Map<string, Instance>();
  /** tk of a registrant's link → where it leads. */
  registrantTokens = new Map<string, { meetingId: number; email: string }>();
  /** ZAK → host and expiry. */
  zaks = new Map<string, { userId: string; expiresAt: number }>();
  /** By Zoom user id: one app, so one grant a user. */
  grants = new Map<string, Grant>();
  accessTokens = new Map<string, AccessToken>();
  /** Refresh token → user; `diesAt` is set when a grace period was asked for. */
  refreshTokens = new Map<string, { userId: string; issuedAt: number; diesAt: number | null }>();
  codes = new Map<string, AuthorizationCode>();
  /** Uses of a daily allowance, by `name:day:subject`. */
  dailyUses = new Map<string, number>();
  clockOffsetMs = 0;
  randomState = 0;

  addMeeting(meeting: Meeting): void {
    this.meetings.set(meeting.id, meeting);
    const ofHost = this.meetingsByHost.get(meeting.hostId) ?? new Set();
    this.meetingsByHost.set(meeting.hostId, ofHost.add(meeting.id));
  }

  meetingsOf(hostId: string): Meeting[] {
    return [...(this.meetingsByHost.get(hostId) ?? [])].flatMap((id) => this.meetings.get(id) ?? []);
  }

  /** The run that goes on now. */
  liveInstance(meeting: Meeting): Instance | undefined {
    return meeting.live ? this.instances.get(meeting.uuid) : undefined;
  }

  instancesOf(meeting: Meeting): Instance[] {
    return meeting.instances.flatMap((uuid) => this.instances.get(uuid) ?? []);
  }
}
