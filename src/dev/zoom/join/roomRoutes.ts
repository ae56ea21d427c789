import type { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Instance, Meeting, Segment } from '../core/types';
import type { World } from '../core/world';
import { endMeeting } from '../live/meetingLife';
import { admit, leave } from '../live/participants';
import { renderPage, showMessage } from '../views/render';
import type { Visits } from './visits';

type RoomContext = Context & { params: Record<string, string> };

const LOOK_AGAIN_SECONDS = 5;

interface Stay {
  readonly meeting: Meeting;
  readonly instance: Instance;
  readonly segment: Segment;
}

/** The page of somebody inside: it only looks, so that reloading it does not join again. */
export function addRoomRoutes(router: Router, world: World, visits: Visits): void {
  router.get('/room/:meetingId/:run/:userId', (ctx) => {
    const stay = findStay(world, ctx, ctx.params.userId);
    if (stay) showRoom(visits, ctx, stay);
  });
  router.post('/room/:meetingId/:run/:userId/leave', (ctx) =>
    act(world, ctx, ({ meeting, segment }) => leave(world, meeting, segment)),
  );
  router.post('/room/:meetingId/:run/:userId/end', (ctx) =>
    act(world, ctx, ({ meeting, segment }) => {
      if (segment.role === 'host') endMeeting(world, meeting);
    }),
  );
  router.post('/room/:meetingId/:run/:userId/admit', (ctx) =>
    act(world, ctx, ({ meeting, instance, segment }) => {
      const body: unknown = ctx.request.body;
      const userId = typeof body === 'object' && body !== null && 'userId' in body ? body.userId : undefined;
      const waiting = instance.segments.find((other) => other.userId === userId);
      if (segment.role === 'host' && waiting) admit(world, meeting, waiting);
    }),
  );
}

/** The latest run is numbered too, for user ids are used again in the next run. */
export function roomPath(meeting: Meeting, segment: Segment): string {
  return `/room/${meeting.id}/${meeting.instances.length}/${segment.userId}`;
}

function act(world: World, ctx: RoomContext, change: (stay: Stay) => void): void {
  const stay = findStay(world, ctx, ctx.params.userId);
  if (!stay) return;
  if (stay.instance.endedAt === null) change(stay);
  ctx.redirect(ctx.path.slice(0, ctx.path.lastIndexOf('/')));
  ctx.status = 303;
}

function findStay(world: World, ctx: RoomContext, userId: string | undefined): Stay | undefined {
  const meeting = world.state.meetings.get(Number(ctx.params.meetingId));
  const instance = meeting && world.state.instances.get(meeting.instances[Number(ctx.params.run) - 1] ?? '');
  const segment = instance?.segments.find((candidate) => candidate.userId === userId);
  if (meeting && instance && segment) return { meeting, instance, segment };
  showMessage(ctx, 404, 'This meeting is over', 'Open your link again to join the next one.');
  return undefined;
}

function showRoom(visits: Visits, ctx: Context, stay: Stay): void {
  const { meeting, instance, segment } = stay;
  const again = visits.linkOf(instance.uuid, segment.userId);
  if (instance.endedAt !== null) return show(ctx, 'The meeting has ended', [meeting.topic], { again });
  if (segment.leftAt !== null) return show(ctx, 'You have left the meeting', [meeting.topic], { again });
  const own = roomPath(meeting, segment);
  const leaveButton = { action: `${own}/leave`, label: 'Leave', style: '' };
  const refreshSeconds = LOOK_AGAIN_SECONDS;
  if (segment.admittedAt === null) {
    const lines = [meeting.topic, `Hello ${segment.name}. The host will let you in soon.`];
    return show(ctx, 'You are in the waiting room', lines, { refreshSeconds, buttons: [leaveButton] });
  }
  const isHost = segment.role === 'host';
  const endButton = { action: `${own}/end`, label: 'End meeting for all', style: 'danger' };
  show(ctx, `You are in the meeting: ${meeting.topic}`, [describe(segment)], {
    refreshSeconds,
    people: listPeople(instance, isHost ? `${own}/admit` : undefined),
    buttons: isHost ? [endButton, leaveButton] : [leaveButton],
  });
}

function listPeople(instance: Instance, admitAction: string | undefined) {
  return instance.segments
    .filter((segment) => segment.leftAt === null)
    .filter((segment) => segment.admittedAt !== null || admitAction !== undefined)
    .map((segment) => ({
      name: segment.name,
      userId: segment.userId,
      waiting: segment.admittedAt === null,
      admitAction: segment.admittedAt === null ? admitAction : undefined,
    }));
}

function describe(segment: Segment): string {
  switch (segment.role) {
    case 'host':
      return `You are ${segment.name}, the host.`;
    case 'registrant':
      return `You are ${segment.name} (${segment.email}), by your personal link.`;
    case 'invite':
      return `You are ${segment.name}, by your invitation link.`;
    case 'signed-in':
    case 'guest':
    case 'dial-in':
      return `You are ${segment.name}.`;
  }
}

function show(ctx: Context, title: string, lines: string[], values: object): void {
  renderPage(ctx, 'meeting', { title, lines, ...values });
}
