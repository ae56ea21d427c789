import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { UnknownToZoom, type World } from '../core/world';
import type { Meeting } from '../core/types';
import { HostIsBusy } from '../live/meetingLife';
import { formatStart } from '../views/formatTime';
import { renderPage, showMessage } from '../views/render';
import type { WebhookRecord } from '../webhooks/sender';
import type { ZoomControl } from './control';

/** How many the page shows; the control API shows all. */
const SHOWN_MEETINGS = 60;
const SHOWN_EVENTS = 15;

const LOOK_AGAIN_SECONDS = 10;

/** Where the page does not refresh itself, for those who type or read. */
const HELD = '/?pause';

const formSchema = z.object({
  meetingId: z.string(),
  action: z.enum(['start', 'end', 'join', 'leave', 'drop', 'admit']),
  userId: z.string().default(''),
  who: z.string().default(''),
  name: z.string().trim().default(''),
});

/** The page by which a person plays the host and the students in a demonstration. */
export function controlPage(world: World, control: ZoomControl): Router {
  const router = new Router();
  router.get('/', (ctx) => showPage(world, ctx));
  router.post('/', (ctx) => {
    const form = formSchema.safeParse(ctx.request.body);
    if (!form.success) return showMessage(ctx, 400, 'That did not work', 'Go back and try again.');
    try {
      act(control, form.data);
    } catch (error) {
      if (!(error instanceof HostIsBusy || error instanceof UnknownToZoom)) throw error;
      return showMessage(ctx, 409, 'That is not possible now', error.message);
    }
    ctx.redirect(`${ownAddress(ctx)}#m${form.data.meetingId}`);
    ctx.status = 303;
  });
  return router;
}

function act(control: ZoomControl, form: z.output<typeof formSchema>): void {
  const { meetingId, userId } = form;
  switch (form.action) {
    case 'start':
      control.hostStart(meetingId);
      break;
    case 'end':
      control.end(meetingId);
      break;
    case 'join':
      if (form.name || !form.who) control.join(meetingId, { as: 'guest', name: form.name || 'Guest' });
      else control.join(meetingId, { as: 'registrant', email: form.who });
      break;
    case 'leave':
      control.leave(meetingId, userId);
      break;
    case 'drop':
      control.drop(meetingId, userId);
      break;
    case 'admit':
      control.admit(meetingId, userId);
      break;
  }
}

function showPage(world: World, ctx: Context): void {
  const meetings = [...world.state.meetings.values()].filter((meeting) => !meeting.deleted);
  const shown = meetings.sort((one, other) => rank(world, one) - rank(world, other)).slice(0, SHOWN_MEETINGS);
  const self = ownAddress(ctx);
  renderPage(ctx, 'control', {
    title: 'Meetings',
    self,
    refreshSeconds: self === HELD ? undefined : LOOK_AGAIN_SECONDS,
    pausable: self !== HELD,
    meetings: shown.map((meeting) => describeMeeting(world, meeting)),
    hidden: meetings.length - shown.length,
    events: world.webhooks.list().slice(-SHOWN_EVENTS).reverse().map(describeEvent),
    webhookUrl: world.webhooks.url,
    now: world.clock.iso(),
  });
}

function ownAddress(ctx: Context): string {
  return ctx.query.pause === undefined ? '/' : HELD;
}

/** Live ones first, then those to come by start, then those that are over, newest first. */
function rank(world: World, meeting: Meeting): number {
  if (meeting.live) return -Infinity;
  const startsAt = meeting.startsAt ?? meeting.createdAt;
  const over = startsAt + meeting.duration * 60_000 < world.clock.now();
  return over ? Number.MAX_SAFE_INTEGER / 2 - startsAt : startsAt;
}

function describeMeeting(world: World, meeting: Meeting) {
  const host = world.user(meeting.hostId);
  const run = world.state.liveInstance(meeting);
  const inside = run?.segments.filter((segment) => segment.leftAt === null) ?? [];
  const here = new Set(inside.map((segment) => segment.registrantId));
  return {
    id: meeting.id,
    topic: meeting.topic,
    host: host ? `${host.firstName} ${host.lastName}` : meeting.hostId,
    licence: host?.type === 2 ? 'Licensed' : 'Basic',
    when: formatStart(meeting),
    minutes: meeting.duration,
    live: meeting.live,
    state: meeting.live ? 'live' : meeting.instances.length > 0 ? 'ended' : 'waiting for the host',
    people: inside.map((segment) => ({
      meetingId: meeting.id,
      userId: segment.userId,
      name: segment.name,
      role: segment.role === 'host' ? 'host' : undefined,
      waiting: segment.admittedAt === null,
    })),
    absent: [...meeting.registrants.values()]
      .filter((registrant) => registrant.status === 'approved' && !here.has(registrant.id))
      .map(({ email, firstName, lastName }) => ({ email, name: `${firstName} ${lastName}`.trim() })),
  };
}

function describeEvent(record: WebhookRecord) {
  const last = record.attempts.at(-1);
  return {
    event: record.event,
    meetingId: record.meetingId,
    at: new Date(record.eventTs).toISOString().slice(11, 19),
    status: record.status,
    style: record.status === 'delivered' ? 'good' : record.status === 'failed' ? 'bad' : '',
    answer: last && (last.status ?? last.problem),
    attempts: record.attempts.length > 1 ? record.attempts.length : undefined,
  };
}
