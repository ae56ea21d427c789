import type { ApiCall, ApiReply } from './call';
import { createInviteLinks } from './inviteLinks';
import { listMeetings } from './listMeetings';
import { createMeeting, deleteMeeting, getInvitation, getMeeting, setMeetingStatus, updateMeeting } from './meetings';
import { getPastMeeting, listPastInstances, listPastParticipants, reportParticipants } from './pastMeetings';
import type { RateLabel } from './quotas';
import {
  addBatchRegistrants,
  addRegistrant,
  deleteRegistrant,
  getRegistrant,
  listRegistrants,
  setRegistrantStatus,
} from './registrants';
import type { ApiOperationId } from './scopes';
import { getUser, getUserSettings, getZak } from './users';

export interface Operation {
  readonly id: ApiOperationId;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly label: RateLabel;
  readonly handle: (call: ApiCall) => ApiReply;
}

/** Every operation, named as in Zoom's own OpenAPI document where it names them. */
export const OPERATIONS: readonly Operation[] = [
  operation('userMe', 'GET', '/users/:userId', 'Light', getUser),
  operation('userSettings', 'GET', '/users/:userId/settings', 'Medium', getUserSettings),
  operation('userZak', 'GET', '/users/:userId/zak', 'Light', getZak),
  operation('meetings', 'GET', '/users/:userId/meetings', 'Medium', listMeetings),
  operation('meetingCreate', 'POST', '/users/:userId/meetings', 'Light', createMeeting),
  operation('meeting', 'GET', '/meetings/:meetingId', 'Light', getMeeting),
  operation('meetingUpdate', 'PATCH', '/meetings/:meetingId', 'Light', updateMeeting),
  operation('meetingDelete', 'DELETE', '/meetings/:meetingId', 'Light', deleteMeeting),
  operation('meetingStatus', 'PUT', '/meetings/:meetingId/status', 'Light', setMeetingStatus),
  operation('meetingRegistrants', 'GET', '/meetings/:meetingId/registrants', 'Medium', listRegistrants),
  operation('meetingRegistrantCreate', 'POST', '/meetings/:meetingId/registrants', 'Light', addRegistrant),
  operation('meetingRegistrantStatus', 'PUT', '/meetings/:meetingId/registrants/status', 'Medium', setRegistrantStatus),
  operation('meetingRegistrantGet', 'GET', '/meetings/:meetingId/registrants/:registrantId', 'Light', getRegistrant),
  operation(
    'meetingregistrantdelete',
    'DELETE',
    '/meetings/:meetingId/registrants/:registrantId',
    'Medium',
    deleteRegistrant,
  ),
  operation('addBatchRegistrants', 'POST', '/meetings/:meetingId/batch_registrants', 'Heavy', addBatchRegistrants),
  operation('meetingInviteLinksCreate', 'POST', '/meetings/:meetingId/invite_links', 'Light', createInviteLinks),
  operation('meetingInvitation', 'GET', '/meetings/:meetingId/invitation', 'Light', getInvitation),
  operation('pastMeetingDetails', 'GET', '/past_meetings/:meetingId', 'Light', getPastMeeting),
  operation('pastMeetingParticipants', 'GET', '/past_meetings/:meetingId/participants', 'Medium', listPastParticipants),
  operation('pastMeetings', 'GET', '/past_meetings/:meetingId/instances', 'Medium', listPastInstances),
  operation(
    'reportMeetingParticipants',
    'GET',
    '/report/meetings/:meetingId/participants',
    'Heavy',
    reportParticipants,
  ),
];

function operation(
  id: ApiOperationId,
  method: Operation['method'],
  path: string,
  label: RateLabel,
  handle: Operation['handle'],
): Operation {
  return { id, method, path, label, handle };
}
