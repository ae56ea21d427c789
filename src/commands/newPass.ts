import type { CreationAttributes } from 'sequelize';
import type { Deps } from '../deps';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import { hashToken, joinToken, personKey } from '../security/joinPass';

/** Somebody's first pass for a class date, as the row to be written. */
export function newPass(
  { signingKeys }: Pick<Deps, 'signingKeys'>,
  { id: classDateId, randomKey: classKey }: Pick<ClassDate, 'id' | 'randomKey'>,
  person: Readonly<Pick<ZoomSecureToken, 'userId' | 'guestId' | 'email'>>,
): CreationAttributes<ZoomSecureToken> {
  const identity = { keyId: signingKeys.currentId, epoch: 1 };
  const token = joinToken(signingKeys, { ...identity, classKey, person: personKey(person) });
  return { ...person, ...identity, classDateId, token: hashToken(token) };
}
