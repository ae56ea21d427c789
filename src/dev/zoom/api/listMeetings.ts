import type { Meeting } from '../core/types';
import type { ApiCall, ApiReply } from './call';
import { ZoomApiError } from './errors';
import { page } from './paging';
import { presentListed } from './presentMeeting';
import { actingUser } from './users';

const MINUTE_MS = 60_000;

interface Listed {
  readonly meeting: Meeting;
  readonly run?: { readonly uuid: string; readonly startedAt: number };
}

export function listMeetings(call: ApiCall): ApiReply {
  const host = actingUser(call);
  const type = call.query.type ?? 'scheduled';
  const find = LISTS[type];
  if (!find) throw new ZoomApiError(400, 300, 'Invalid field: type.');
  const { counters, pageNumber, items } = page(
    call,
    `meetings ${host.id} ${type}`,
    () => find(call, visibleMeetings(call, host.id)).filter((listed) => within(call, listed)),
    ({ meeting, run }) => presentListed(call.world, meeting, run),
  );
  return { status: 200, body: { ...counters, page_number: pageNumber, meetings: items } };
}

const LISTS: Readonly<Record<string, (call: ApiCall, meetings: Meeting[]) => Listed[]>> = {
  scheduled: (_call, meetings) => byStart(meetings).map((meeting) => ({ meeting })),
  live: (_call, meetings) => byStart(meetings.filter((meeting) => meeting.live)).map((meeting) => ({ meeting })),
  upcoming,
  upcoming_meetings: upcoming,
  previous_meetings: previous,
};

function upcoming(call: ApiCall, meetings: Meeting[]): Listed[] {
  const now = call.world.clock.now();
  const toCome = (meeting: Meeting) =>
    meeting.live || meeting.startsAt === null || meeting.startsAt + meeting.duration * MINUTE_MS > now;
  return byStart(meetings.filter(toCome)).map((meeting) => ({ meeting }));
}

/** One row a run that is over, newest first. */
function previous(call: ApiCall, meetings: Meeting[]): Listed[] {
  return meetings
    .flatMap((meeting) => call.world.state.instancesOf(meeting).map((run) => ({ meeting, run })))
    .filter(({ run }) => run.endedAt !== null)
    .sort((one, other) => other.run.startedAt - one.run.startedAt);
}

/** A new meeting may be missing from lists for a while. */
function visibleMeetings(call: ApiCall, hostId: string): Meeting[] {
  const lagMs = Math.max(call.world.behaviour.listLagMs, call.listLagMs);
  const newest = call.world.clock.now() - lagMs;
  return call.world.state.meetingsOf(hostId).filter((meeting) => !meeting.deleted && meeting.createdAt <= newest);
}

function byStart(meetings: Meeting[]): Meeting[] {
  return meetings.sort((one, other) => (one.startsAt ?? 0) - (other.startsAt ?? 0) || one.id - other.id);
}

/** `from` and `to` are days, both included. */
function within(call: ApiCall, { meeting, run }: Listed): boolean {
  const { from, to } = call.query;
  const day = call.world.clock.iso(run?.startedAt ?? meeting.startsAt ?? meeting.createdAt).slice(0, 10);
  return (from === undefined || day >= from.slice(0, 10)) && (to === undefined || day <= to.slice(0, 10));
}
