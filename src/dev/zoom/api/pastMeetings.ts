import type { Instance, Segment } from '../core/types';
import type { ApiCall, ApiReply } from './call';
import { endedInstance, ownMeeting, refuseBasic } from './findMeeting';
import { page } from './paging';

const MINUTE_MS = 60_000;

export function getPastMeeting(call: ApiCall): ApiReply {
  const { meeting, instance } = endedInstance(call);
  const present = stays(instance);
  const minutes = (from: number, to: number | null) => Math.ceil(((to ?? from) - from) / MINUTE_MS);
  return {
    status: 200,
    body: {
      uuid: instance.uuid,
      id: meeting.id,
      host_id: meeting.hostId,
      type: meeting.type,
      topic: meeting.topic,
      user_name: `${call.user.firstName} ${call.user.lastName}`,
      user_email: call.user.email,
      start_time: call.world.clock.iso(instance.startedAt),
      end_time: call.world.clock.iso(instance.endedAt ?? instance.startedAt),
      duration: minutes(instance.startedAt, instance.endedAt),
      total_minutes: present.reduce((sum, stay) => sum + minutes(stay.joinedAt, stay.leftAt), 0),
      participants_count: instance.people.size,
      dept: '',
      source: 'Zoom',
    },
  };
}

/**
 * One row a stay. A meeting that only one person attended has no rows; durations are 0 until processed, and rows may come
 * one after the other.
 */
export function listPastParticipants(call: ApiCall): ApiReply {
  const { instance } = endedInstance(call);
  refuseBasic(call);
  const processed = isProcessed(call, instance);
  const { counters, items } = page(
    call,
    `participants ${instance.uuid}`,
    () => (instance.people.size > 1 ? listedStays(call, instance) : []),
    (stay) => presentStay(call, stay, processed),
  );
  return { status: 200, body: { ...counters, participants: items } };
}

/** The report has fields of its own, and needs a scope that a user-managed app cannot hold. */
export function reportParticipants(call: ApiCall): ApiReply {
  const { instance } = endedInstance(call);
  refuseBasic(call);
  const processed = isProcessed(call, instance);
  const { counters, items } = page(
    call,
    `report ${instance.uuid}`,
    () => stays(instance),
    (stay) => ({
      ...presentStay(call, stay, processed),
      customer_key: '',
      participant_user_id: stay.zoomUserId,
      bo_mtg_id: '',
    }),
  );
  return { status: 200, body: { ...counters, participants: items } };
}

export function listPastInstances(call: ApiCall): ApiReply {
  const meetings = call.world.state
    .instancesOf(ownMeeting(call))
    .filter((instance) => instance.endedAt !== null)
    .map((instance) => ({ uuid: instance.uuid, start_time: call.world.clock.iso(instance.startedAt) }));
  return { status: 200, body: { meetings } };
}

function isProcessed(call: ApiCall, instance: Instance): boolean {
  return call.world.clock.now() - (instance.endedAt ?? 0) >= call.world.behaviour.processingDelayMs;
}

function listedStays({ world: { clock, behaviour } }: ApiCall, instance: Instance): Segment[] {
  const sinceEnd = clock.now() - (instance.endedAt ?? 0);
  return stays(instance).filter((_, index) => index * behaviour.rowDelayMs <= sinceEnd);
}

/** Time in the waiting room only is no stay. */
function stays(instance: Instance): Segment[] {
  return instance.segments.filter((segment) => segment.admittedAt !== null);
}

function presentStay(call: ApiCall, stay: Segment, processed: boolean) {
  const joinedAt = stay.admittedAt ?? stay.joinedAt;
  const leftAt = stay.leftAt ?? joinedAt;
  return {
    id: stay.zoomUserId,
    name: stay.name,
    user_id: stay.userId,
    registrant_id: stay.registrantId,
    user_email: stay.registrantId || sameAccount(call, stay) ? stay.email : '',
    join_time: call.world.clock.iso(joinedAt),
    leave_time: call.world.clock.iso(leftAt),
    duration: processed ? Math.round((leftAt - joinedAt) / 1000) : 0,
    failover: false,
    status: 'in_meeting',
    internal_user: sameAccount(call, stay),
  };
}

function sameAccount(call: ApiCall, stay: Segment): boolean {
  return call.world.user(stay.zoomUserId)?.accountId === call.user.accountId;
}
