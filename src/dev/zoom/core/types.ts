/** What the simulator remembers. Instants are epoch milliseconds of its own clock unless the name says otherwise. */

export interface Meeting {
  readonly id: number;
  /** Of the running instance, else of the next one. */
  uuid: string;
  readonly hostId: string;
  readonly accountId: string;
  topic: string;
  type: number;
  startsAt: number | null;
  duration: number;
  timezone: string;
  agenda: string;
  readonly createdAt: number;
  readonly creationSource: 'open_api' | 'web_portal';
  password: string;
  readonly encryptedPassword: string;
  readonly registrationKey: string;
  settings: Record<string, unknown>;
  trackingFields: unknown[];
  deleted: boolean;
  live: boolean;
  /** Uuids of every run, oldest first. */
  readonly instances: string[];
  /** By e-mail address in lower case. */
  readonly registrants: Map<string, Registrant>;
  /** By token of the link. */
  readonly invites: Map<string, Invite>;
}

export interface Registrant {
  readonly id: string;
  readonly email: string;
  firstName: string;
  lastName: string;
  status: 'approved' | 'pending' | 'denied' | 'cancelled';
  readonly token: string;
  readonly createdAt: number;
  readonly pinCode: number;
}

export interface Invite {
  readonly name: string;
  readonly expiresAt: number | null;
}

/** One run of a meeting. */
export interface Instance {
  readonly uuid: string;
  readonly meetingId: number;
  readonly startedAt: number;
  endedAt: number | null;
  /** One a person and stay; every rejoin adds one. */
  readonly segments: Segment[];
  /** participant_uuid by person. */
  readonly people: Map<string, string>;
  nextUserId: number;
}

export type ParticipantRole = 'host' | 'guest' | 'signed-in' | 'registrant' | 'invite' | 'dial-in';

export interface Segment {
  /** Zoom's per-join user id. */
  readonly userId: string;
  readonly person: string;
  readonly participantUuid: string;
  readonly role: ParticipantRole;
  name: string;
  readonly zoomUserId: string;
  readonly email: string;
  readonly registrantId: string;
  readonly phoneNumber: string;
  readonly joinedAt: number;
  /** When admitted; equal to joinedAt where there was no waiting room. */
  admittedAt: number | null;
  leftAt: number | null;
  leaveReason: string;
  breakoutRoom: { readonly uuid: string; readonly userId: string } | null;
}

export interface Grant {
  readonly userId: string;
  readonly scopes: readonly string[];
  accessTokens: string[];
  refreshToken: string;
  readonly grantedAt: number;
  refreshes: number;
}

export interface AccessToken {
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

export interface AuthorizationCode {
  readonly userId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly challenge: string | null;
  readonly challengeMethod: 'S256' | 'plain';
  readonly expiresAt: number;
}
