import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Meeting, Segment } from '../core/types';
import type { World } from '../core/world';
import { registrationLink } from '../api/links';
import { takesRegistration } from '../api/presentMeeting';
import { zakHolder } from '../api/zak';
import { emitBeforeHostEvent } from '../live/events';
import { endMeeting, HostIsBusy, startMeeting } from '../live/meetingLife';
import { joinMeeting, type Person } from '../live/participants';
import { hostPerson, invitePerson, registrantPerson } from '../live/people';
import { formatStart } from '../views/formatTime';
import { renderPage, showMessage } from '../views/render';
import { addRegistrationRoutes } from './registrationRoutes';
import { addRoomRoutes, roomPath } from './roomRoutes';
import { Visits, visitOf } from './visits';

type RoomContext = Context & { params: Record<string, string> };

const MINUTE_MS = 60_000;

/** How often a waiting page looks again. */
const LOOK_AGAIN_SECONDS = 3;

/** The pages behind Zoom's links: opening one joins, as opening the real one does once Zoom's app has taken over. */
export function joinRoutes(world: World): Router {
  const router = new Router();
  const visits = new Visits();
  router.get('/j/:meetingId', (ctx) => openPlainLink(world, visits, ctx));
  router.post('/j/:meetingId', (ctx) => nameGuest(world, ctx));
  router.get('/w/:meetingId', (ctx) => openPersonalLink(world, visits, ctx));
  router.get('/s/:meetingId', (ctx) => openStartLink(world, visits, ctx, false));
  router.post('/s/:meetingId', (ctx) => openStartLink(world, visits, ctx, true));
  addRoomRoutes(router, world, visits);
  addRegistrationRoutes(router, world);
  return router;
}

function openPlainLink(world: World, visits: Visits, ctx: RoomContext): void {
  const meeting = findMeeting(world, ctx);
  if (!meeting) return;
  if (takesRegistration(meeting)) return ctx.redirect(registrationLink(world, meeting));
  const name = parameter(ctx, 'uname');
  const mayPass = passcodeFits(meeting, parameter(ctx, 'pwd'));
  if (!mayPass || !name) return askName(ctx, meeting, !mayPass);
  enter(world, visits, ctx, meeting, { role: 'guest', person: `guest:${visitOf(ctx)}`, name });
}

function nameGuest(world: World, ctx: RoomContext): void {
  const meeting = findMeeting(world, ctx);
  if (!meeting) return;
  const body: unknown = ctx.request.body;
  const sent: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
  const pwd = typeof sent.passcode === 'string' ? sent.passcode : parameter(ctx, 'pwd');
  if (!passcodeFits(meeting, pwd)) return showMessage(ctx, 403, 'Wrong passcode', 'Go back and try once more.');
  const uname = typeof sent.name === 'string' ? sent.name.trim().slice(0, 64) : '';
  redirect(ctx, `/j/${meeting.id}?${new URLSearchParams({ pwd: meeting.encryptedPassword, uname }).toString()}`);
}

function openPersonalLink(world: World, visits: Visits, ctx: RoomContext): void {
  const meeting = findMeeting(world, ctx);
  if (!meeting) return;
  const token = parameter(ctx, 'tk');
  const invite = meeting.invites.get(token);
  if (invite && (invite.expiresAt === null || invite.expiresAt > world.clock.now())) {
    return enter(world, visits, ctx, meeting, invitePerson(token, invite));
  }
  const known = world.state.registrantTokens.get(token);
  const registrant = known?.meetingId === meeting.id ? meeting.registrants.get(known.email) : undefined;
  if (registrant?.status !== 'approved') {
    return showMessage(ctx, 403, 'This link does not work', 'It has expired, or the registration was cancelled.');
  }
  enter(world, visits, ctx, meeting, registrantPerson(registrant));
}

function openStartLink(world: World, visits: Visits, ctx: RoomContext, endOther: boolean): void {
  const meeting = findMeeting(world, ctx);
  if (!meeting) return;
  const host = world.user(zakHolder(world, parameter(ctx, 'zak')) ?? '');
  if (host?.id !== meeting.hostId) {
    return showMessage(ctx, 403, 'This start link has expired', 'Start links work for two hours. Get a new one.');
  }
  if (ctx.method === 'HEAD') return showMessage(ctx, 200, meeting.topic, '');
  try {
    admitTo(world, visits, ctx, meeting, hostPerson(host));
  } catch (error) {
    if (!(error instanceof HostIsBusy)) throw error;
    if (!endOther) return offerToEndOther(ctx, error);
    endMeeting(world, error.running);
    openStartLink(world, visits, ctx, endOther);
  }
}

/** Into the meeting if it goes on or needs no host, else to a page that waits. */
function enter(world: World, visits: Visits, ctx: Context, meeting: Meeting, who: Person): void {
  if (ctx.method === 'HEAD') return showMessage(ctx, 200, meeting.topic, '');
  if (!meeting.live && !mayStartWithoutHost(world, meeting)) return showWaiting(world, visits, ctx, meeting, who);
  try {
    admitTo(world, visits, ctx, meeting, who);
  } catch (error) {
    if (!(error instanceof HostIsBusy)) throw error;
    showWaiting(world, visits, ctx, meeting, who);
  }
}

function admitTo(world: World, visits: Visits, ctx: Context, meeting: Meeting, who: Person): void {
  const instance = startMeeting(world, meeting);
  const present = instance.segments.filter((segment) => segment.person === who.person && segment.leftAt === null);
  const own = visits.find(ctx, instance.uuid, who.person);
  const free = (segment: Segment) => !visits.isTaken(instance.uuid, segment.userId);
  const stay = present.find((segment) => segment.userId === own) ?? present.find(free);
  if (stay) {
    visits.remember(ctx, instance.uuid, who.person, stay.userId);
    return redirect(ctx, roomPath(meeting, stay));
  }
  const onlyOne = who.role === 'registrant' && meeting.settings.allow_multiple_devices !== true;
  if (onlyOne && present.length > 0) {
    const text = 'A personal link works on one device at a time. Leave the meeting there first.';
    return showMessage(ctx, 409, 'You are already in this meeting on another device', text);
  }
  if (visits.stopWaiting(ctx, meeting.id)) emitBeforeHostEvent(world, meeting, 'jbh_joined', who);
  const segment = joinMeeting(world, meeting, instance, who);
  visits.remember(ctx, instance.uuid, who.person, segment.userId);
  redirect(ctx, roomPath(meeting, segment));
}

function mayStartWithoutHost(world: World, meeting: Meeting): boolean {
  const { join_before_host, waiting_room, jbh_time } = meeting.settings;
  if (join_before_host !== true || waiting_room === true) return false;
  const earlyMs = typeof jbh_time === 'number' && jbh_time > 0 ? jbh_time * MINUTE_MS : Infinity;
  return meeting.startsAt === null || world.clock.now() >= meeting.startsAt - earlyMs;
}

function showWaiting(world: World, visits: Visits, ctx: Context, meeting: Meeting, who: Person): void {
  if (visits.startWaiting(ctx, meeting.id)) emitBeforeHostEvent(world, meeting, 'jbh_waiting', who);
  renderPage(ctx, 'meeting', {
    title: 'Waiting for the host to start the meeting',
    refreshSeconds: LOOK_AGAIN_SECONDS,
    lines: [
      meeting.topic,
      `You will join as ${who.name}.`,
      `Planned start: ${formatStart(meeting)}. This page looks again by itself.`,
    ],
  });
}

function askName(ctx: Context, meeting: Meeting, askPasscode: boolean): void {
  renderPage(ctx, 'meeting', {
    title: `Join: ${meeting.topic}`,
    lines: [],
    action: ctx.originalUrl,
    nameForm: 'Join',
    askPasscode,
  });
}

function offerToEndOther(ctx: Context, busy: HostIsBusy): void {
  ctx.status = 409;
  renderPage(ctx, 'meeting', {
    title: 'Another meeting of yours is still going on',
    lines: [busy.running.topic, busy.message],
    buttons: [{ action: ctx.originalUrl, label: 'End it and start this one', style: 'main' }],
  });
}

function findMeeting(world: World, ctx: RoomContext): Meeting | undefined {
  const meeting = world.state.meetings.get(Number(ctx.params.meetingId));
  if (meeting && !meeting.deleted) return meeting;
  showMessage(ctx, 404, 'This meeting link is invalid', 'The meeting does not exist or was deleted. (3,001)');
  return undefined;
}

function passcodeFits(meeting: Meeting, shown: string): boolean {
  return shown === meeting.encryptedPassword || shown === meeting.password;
}

function parameter(ctx: Context, name: string): string {
  return [ctx.query[name]].flat()[0] ?? '';
}

function redirect(ctx: Context, url: string): void {
  ctx.redirect(url);
  ctx.status = 303;
}
