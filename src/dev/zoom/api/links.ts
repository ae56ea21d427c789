import { newZak } from './zak';
import type { Meeting, Registrant } from '../core/types';
import type { World } from '../core/world';

export function plainLink(world: World, meeting: Meeting): string {
  return `${world.url}/j/${meeting.id}?pwd=${meeting.encryptedPassword}`;
}

export function registrantLink(world: World, meeting: Meeting, registrant: Registrant): string {
  return `${world.url}/w/${meeting.id}?tk=${registrant.token}&pwd=${meeting.encryptedPassword}`;
}

/** Like Zoom's, an invite link differs from the plain one by its token only. */
export function inviteLink(world: World, meeting: Meeting, token: string): string {
  return `${world.url}/w/${meeting.id}?tk=${token}&uuid=WN_${token.slice(0, 12)}&pwd=${meeting.encryptedPassword}`;
}

/** A credential: whoever opens it is the host. */
export function startLink(world: World, meeting: Meeting): string {
  return `${world.url}/s/${meeting.id}?zak=${newZak(world, meeting.hostId)}`;
}

export function registrationLink(world: World, meeting: Meeting): string {
  return `${world.url}/meeting/register/${meeting.registrationKey}?id=${meeting.id}`;
}
