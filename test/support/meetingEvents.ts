import { randomBytes } from 'node:crypto';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';

export const STARTED_AT = '2026-11-22T09:31:12Z';
export const ENDED_AT = '2026-11-22T10:29:40Z';
export const HOST = 'tUo7WhostHOSThostHOST1';

/** A webhook without its envelope. */
export interface Told {
  readonly event: string;
  readonly payload: { readonly object: object };
}

export const newUuid = () => `${randomBytes(15).toString('base64')}==`;

export function run(meeting: ZoomMeeting, uuid: string, extra: object = {}) {
  return { id: meeting.meetingId, uuid, host_id: HOST, topic: 'Maths 7B', type: 2, start_time: STARTED_AT, ...extra };
}

export const started = (meeting: ZoomMeeting, uuid: string, startTime = STARTED_AT): Told => ({
  event: 'meeting.started',
  payload: { object: run(meeting, uuid, { start_time: startTime }) },
});

export const ended = (meeting: ZoomMeeting, uuid: string, endTime = ENDED_AT, startTime = STARTED_AT): Told => ({
  event: 'meeting.ended',
  payload: { object: run(meeting, uuid, { start_time: startTime, end_time: endTime }) },
});

export const joined = (meeting: ZoomMeeting, uuid: string, participant: object): Told => ({
  event: 'meeting.participant_joined',
  payload: { object: run(meeting, uuid, { participant: { join_time: '2026-11-22T09:32:00Z', ...participant } }) },
});

export const left = (meeting: ZoomMeeting, uuid: string, participant: object): Told => ({
  event: 'meeting.participant_left',
  payload: { object: run(meeting, uuid, { participant: { leave_time: '2026-11-22T10:00:00Z', ...participant } }) },
});
