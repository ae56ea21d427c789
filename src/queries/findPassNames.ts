import { OrderGuest } from '../models/OrderGuest';
import { User } from '../models/User';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';

export interface PassName {
  readonly firstName: string;
  readonly lastName: string;
}

/** The names people wear in the meeting, by pass id; a guest without a name is called by the front of their address. */
export async function findPassNames(passes: readonly ZoomSecureToken[]): Promise<Map<number, PassName>> {
  const users = await User.findAll({ where: { id: passes.flatMap(({ userId }) => userId ?? []) } });
  const guests = await OrderGuest.findAll({ where: { id: passes.flatMap(({ guestId }) => guestId ?? []) } });
  const usersById = new Map(users.map((user) => [user.id, user]));
  const guestsById = new Map(guests.map((guest) => [guest.id, guest]));
  return new Map(
    passes.map((pass) => {
      const user = pass.userId === null ? undefined : usersById.get(pass.userId);
      if (user) return [pass.id, { firstName: user.firstName, lastName: user.lastName }];
      const guest = pass.guestId === null ? undefined : guestsById.get(pass.guestId);
      return [pass.id, guestName(guest?.name ?? null, pass.email)];
    }),
  );
}

export function guestName(name: string | null, email: string): PassName {
  const [firstName = '', ...rest] = (name ?? email.split('@')[0] ?? 'Guest').trim().split(/\s+/);
  return { firstName: firstName || 'Guest', lastName: rest.join(' ') || '(guest)' };
}
