import { z } from 'zod';
import type { SimulatedUser } from '../options';
import type { Instance, Invite, Meeting, Registrant } from '../core/types';
import { UnknownToZoom, type World } from '../core/world';
import { joinMeeting, type Person } from './participants';
import { startMeeting } from './meetingLife';

export const joinSchema = z.strictObject({
  as: z.enum(['guest', 'signed-in', 'registrant', 'invite', 'dial-in']).default('guest'),
  /** For guests, callers, and by which an invite is found. */
  name: z.string().optional(),
  /** Of the Zoom user who is signed in, or of the registrant. */
  email: z.string().optional(),
  /** The tk of a personal link, instead of an address or a name. */
  token: z.string().optional(),
  phoneNumber: z.string().optional(),
  /** user_id of somebody already inside: the same person on another device. */
  secondDeviceOf: z.string().optional(),
});

export type JoinRequest = z.input<typeof joinSchema>;

export function hostPerson(host: SimulatedUser): Person {
  return { ...userPerson(host), role: 'host' };
}

function userPerson(user: SimulatedUser): Person {
  const name = `${user.firstName} ${user.lastName}`;
  return { role: 'signed-in', person: `user:${user.id}`, name, zoomUserId: user.id, email: user.email };
}

export function registrantPerson(registrant: Registrant): Person {
  return {
    role: 'registrant',
    person: `registrant:${registrant.id}`,
    name: `${registrant.firstName} ${registrant.lastName}`.trim(),
    email: registrant.email,
    registrantId: registrant.id,
  };
}

export function invitePerson(token: string, invite: Invite): Person {
  return { role: 'invite', person: `invite:${token}`, name: invite.name };
}

/** Starts the meeting and puts its host in, once; a host who is already there stays. */
export function enterAsHost(world: World, meeting: Meeting): { instance: Instance; userId: string } {
  const host = world.knownUser(meeting.hostId);
  const instance = startMeeting(world, meeting);
  const present = instance.segments.find((segment) => segment.role === 'host' && segment.leftAt === null);
  return { instance, userId: (present ?? joinMeeting(world, meeting, instance, hostPerson(host))).userId };
}

/** Finds out who a control call speaks of. */
export function readPerson(
  world: World,
  meeting: Meeting,
  instance: Instance,
  request: z.output<typeof joinSchema>,
): Person {
  if (request.secondDeviceOf !== undefined) return samePerson(instance, request.secondDeviceOf);
  switch (request.as) {
    case 'signed-in':
      return userPerson(world.knownUser(request.email ?? ''));
    case 'registrant':
      return registrantPerson(findRegistrant(world, meeting, request));
    case 'invite':
      return findInvite(meeting, request);
    case 'dial-in': {
      const phoneNumber = request.phoneNumber ?? '+49301234567';
      return { role: 'dial-in', person: `phone:${phoneNumber}`, name: request.name ?? phoneNumber, phoneNumber };
    }
    case 'guest':
      return { role: 'guest', person: `guest:${world.ids.word(12)}`, name: request.name ?? 'Guest' };
  }
}

function samePerson(instance: Instance, userId: string): Person {
  const other = instance.segments.find((segment) => segment.userId === userId);
  if (!other) throw new UnknownToZoom(`Nobody with user_id ${userId} is in this meeting.`);
  const { role, person, name, zoomUserId, email, registrantId, phoneNumber } = other;
  return { role, person, name, zoomUserId, email, registrantId, phoneNumber };
}

function findRegistrant(world: World, meeting: Meeting, request: JoinRequest): Registrant {
  const byToken = world.state.registrantTokens.get(request.token ?? '');
  const registrant = meeting.registrants.get(byToken?.email ?? request.email?.toLowerCase() ?? '');
  if (!registrant) throw new UnknownToZoom(`No such registrant of meeting ${meeting.id}.`);
  return registrant;
}

function findInvite(meeting: Meeting, request: JoinRequest): Person {
  for (const [token, invite] of meeting.invites) {
    if (token === request.token || invite.name === request.name) return invitePerson(token, invite);
  }
  throw new UnknownToZoom(`No such invite link of meeting ${meeting.id}.`);
}
