import { randomBytes } from 'node:crypto';
import { addMinutes } from '../../src/domain/clock';
import type { Deps } from '../../src/deps';
import type { ClassDate } from '../../src/models/ClassDate';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildPass } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';

export interface LiveScene {
  readonly classDate: ClassDate;
  readonly meeting: ZoomMeeting;
  readonly passes: readonly ZoomSecureToken[];
}

/** A class ten minutes after its start that has gone live, with three passes. */
export async function buildLiveClass(
  deps: Deps,
  fields: Parameters<typeof buildClassDate>[0] = {},
): Promise<LiveScene> {
  const startsAt = addMinutes(new Date(), -10);
  const classDate = await buildClassDate({ state: 'live', startsAt, liveAt: startsAt, ...fields });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const passes = [];
  for (let student = 0; student < 3; student += 1) {
    const { id, email } = await buildUser('student');
    passes.push((await buildPass(deps.signingKeys, classDate, { userId: id, email })).pass);
  }
  return { classDate, meeting, passes };
}

export function buildRun(
  { id }: ZoomMeeting,
  startedAt: Date | null,
  endedAt: Date | null = null,
): Promise<ZoomMeetingInstance> {
  const uuid = `${randomBytes(15).toString('base64')}==`;
  return ZoomMeetingInstance.create({ zoomMeetingId: id, uuid, startedAt, endedAt });
}

type Stay = Partial<
  Pick<ZoomParticipant, 'passId' | 'role' | 'userName' | 'joinTime' | 'leaveTime' | 'participantUuid' | 'zoomUserId'>
>;

export function buildStay(run: ZoomMeetingInstance, stay: Stay): Promise<ZoomParticipant> {
  return ZoomParticipant.create({
    instanceId: run.id,
    zoomSessionUserId: randomBytes(8).toString('hex'),
    role: 'participant',
    matchedBy: stay.passId ? 'registrant' : 'none',
    source: 'webhook',
    ...stay,
  });
}
