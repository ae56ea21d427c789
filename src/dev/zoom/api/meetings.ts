import { z } from 'zod';
import { endMeeting } from '../live/meetingLife';
import { parseBody, type ApiCall, type ApiReply } from './call';
import { addMeeting, changeMeeting, removeMeeting } from './editMeeting';
import { ZoomApiError } from './errors';
import { ownMeeting } from './findMeeting';
import { plainLink } from './links';
import { meetingBodySchema } from './meetingBody';
import { presentMeeting } from './presentMeeting';
import { countMeetingWrite } from './quotas';
import { actingUser } from './users';

export function createMeeting(call: ApiCall): ApiReply {
  const host = actingUser(call);
  const body = parseBody(meetingBodySchema, call.body);
  countMeetingWrite(call.world, host.id);
  const meeting = addMeeting(call.world, host, body, 'open_api');
  const location = `${call.world.url}/v2/meetings/${meeting.id}`;
  return { status: 201, body: presentMeeting(call.world, meeting), headers: { location } };
}

export function getMeeting(call: ApiCall): ApiReply {
  return { status: 200, body: presentMeeting(call.world, ownMeeting(call)) };
}

export function updateMeeting(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  const body = parseBody(meetingBodySchema, call.body);
  countMeetingWrite(call.world, meeting.hostId);
  changeMeeting(call.world, meeting, body);
  return { status: 204 };
}

export function deleteMeeting(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  if (meeting.live) throw new ZoomApiError(400, 3002, 'Sorry, you cannot delete this meeting since it is in progress.');
  removeMeeting(call.world, meeting);
  return { status: 204 };
}

export function setMeetingStatus(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  const { action } = parseBody(z.object({ action: z.enum(['end', 'recover']) }), call.body);
  if (action === 'end' && !endMeeting(call.world, meeting)) {
    throw new ZoomApiError(400, 3001, `Meeting ${meeting.id} is not in progress.`);
  }
  return { status: 204 };
}

export function getInvitation(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  const link = plainLink(call.world, meeting);
  const invitation = `${call.user.firstName} is inviting you to a scheduled Zoom meeting.\r\n\r\nTopic: ${meeting.topic}\r\n\r\nJoin Zoom Meeting\r\n${link}`;
  return { status: 200, body: { invitation, sip_links: [] } };
}
