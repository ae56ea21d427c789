import type { Deps } from '../deps';
import type { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomMeetingInstance } from '../models/ZoomMeetingInstance';
import { ZoomParticipant } from '../models/ZoomParticipant';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { ZoomNotFound, ZoomRefused } from '../zoom/errors';
import type { PastParticipant } from '../zoom/pastMeetings';

/** Fills the gaps that lost webhooks left, from Zoom's own account of each instance of the class's meetings. */
export async function reconcileWithZoom(deps: Deps, classDate: ClassDate, now: Date): Promise<void> {
  const meetings = await ZoomMeeting.findAll({ where: { classDateId: classDate.id } });
  for (const meeting of meetings) {
    if (meeting.meetingId === null) continue;
    await findLostInstance(deps, meeting);
    const instances = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId: meeting.id } });
    for (const instance of instances) await fillInstance(deps, meeting, instance, now);
  }
}

/** Where no webhook told of any instance, Zoom may still know of the last one. */
async function findLostInstance(deps: Deps, meeting: ZoomMeeting): Promise<void> {
  if ((await ZoomMeetingInstance.count({ where: { zoomMeetingId: meeting.id } })) > 0) return;
  const past = await orNothing(() => deps.zoom.pastMeeting(meeting.teacherId, meeting.meetingId ?? ''));
  if (!past) return;
  const { uuid, startedAt, endedAt } = past;
  await ZoomMeetingInstance.create({ zoomMeetingId: meeting.id, uuid, startedAt, endedAt });
}

async function fillInstance(deps: Deps, meeting: ZoomMeeting, instance: ZoomMeetingInstance, now: Date): Promise<void> {
  const listed = await orNothing(() => deps.zoom.pastParticipants(meeting.teacherId, instance.uuid));
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: meeting.classDateId } });
  for (const participant of listed ?? []) {
    if (participant.userId) await fillSegment(instance, participant, passes);
  }
  const end = instance.endedAt ?? now;
  await ZoomParticipant.update({ leaveTime: end }, { where: { instanceId: instance.id, leaveTime: null } });
}

async function fillSegment(
  instance: ZoomMeetingInstance,
  participant: PastParticipant,
  passes: readonly ZoomSecureToken[],
): Promise<void> {
  const key = { instanceId: instance.id, zoomSessionUserId: participant.userId };
  const known = await ZoomParticipant.findOne({ where: key });
  if (known) {
    const joinTime = known.joinTime ?? participant.joinTime;
    const leaveTime = known.leaveTime ?? participant.leaveTime;
    await known.update({ joinTime, leaveTime });
    return;
  }
  const pass = passes.find(({ registrantId }) => registrantId !== null && registrantId === participant.registrantId);
  await ZoomParticipant.create({
    ...key,
    registrantId: participant.registrantId,
    passId: pass?.id ?? null,
    userName: participant.name,
    userEmail: participant.email,
    role: pass?.guestId ? 'guest' : 'participant',
    matchedBy: pass ? 'registrant' : 'none',
    joinTime: participant.joinTime,
    leaveTime: participant.leaveTime,
    source: 'zoom_list',
  });
}

/** Zoom has no list for a meeting nobody joined, nor for a host without a licence; neither is a failure. */
async function orNothing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ZoomNotFound || error instanceof ZoomRefused) return null;
    throw error;
  }
}
