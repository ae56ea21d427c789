import type { ClassState } from './classStates';

/** Whether a room is of use to its class: it takes place, and the teacher who gives it is the room's host. */
export function roomFits(
  room: { readonly teacherId: number },
  classDate: { readonly state: ClassState; readonly teacherId: number },
): boolean {
  return classDate.state !== 'cancelled' && classDate.teacherId === room.teacherId;
}
