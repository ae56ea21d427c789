/** Each operation's granular scope and the classic one that older apps hold instead. */
export const OPERATION_SCOPES = {
  userMe: ['user:read:user', 'user:read'],
  userSettings: ['user:read:settings', 'user:read'],
  userZak: ['user:read:zak', 'user:read'],
  meetingCreate: ['meeting:write:meeting', 'meeting:write'],
  meetings: ['meeting:read:list_meetings', 'meeting:read'],
  meeting: ['meeting:read:meeting', 'meeting:read'],
  meetingUpdate: ['meeting:update:meeting', 'meeting:write'],
  meetingDelete: ['meeting:delete:meeting', 'meeting:write'],
  meetingStatus: ['meeting:update:status', 'meeting:write'],
  meetingRegistrants: ['meeting:read:list_registrants', 'meeting:read'],
  meetingRegistrantGet: ['meeting:read:registrant', 'meeting:read'],
  meetingRegistrantCreate: ['meeting:write:registrant', 'meeting:write'],
  addBatchRegistrants: ['meeting:write:batch_registrants', 'meeting:write'],
  meetingRegistrantStatus: ['meeting:update:registrant_status', 'meeting:write'],
  meetingregistrantdelete: ['meeting:delete:registrant', 'meeting:write'],
  meetingInviteLinksCreate: ['meeting:write:invite_links', 'meeting:write'],
  meetingInvitation: ['meeting:read:invitation', 'meeting:read'],
  pastMeetingDetails: ['meeting:read:past_meeting', 'meeting:read'],
  pastMeetingParticipants: ['meeting:read:list_past_participants', 'meeting:read'],
  pastMeetings: ['meeting:read:list_past_instances', 'meeting:read'],
  reportMeetingParticipants: ['report:read:list_meeting_participants:admin', 'report:read:admin'],
} as const satisfies Record<string, readonly [granular: string, classic: string]>;

export type ApiOperationId = keyof typeof OPERATION_SCOPES;

/** What a user-managed app may hold: everything above except `:admin`, plus the scope of participant events. */
export const ALL_SCOPES: readonly string[] = [
  ...Object.values(OPERATION_SCOPES)
    .map(([granular]) => granular)
    .filter((scope) => !scope.endsWith(':admin')),
  'meeting:read:participant',
];
