import type { Config } from '../config/loadConfig';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import { joinToken, personKey } from './joinPass';
import type { SigningKeys } from './keyRing';

/** A person's own way to a class: the link that their mails carry. */
export function joinLink(
  { config, signingKeys }: { config: Config; signingKeys: SigningKeys },
  classDate: Pick<ClassDate, 'id' | 'randomKey'>,
  pass: Pick<ZoomSecureToken, 'keyId' | 'epoch' | 'userId' | 'guestId'>,
): string {
  const { keyId, epoch } = pass;
  const token = joinToken(signingKeys, { keyId, epoch, classKey: classDate.randomKey, person: personKey(pass) });
  const path = pass.guestId === null ? '' : '/guest';
  return `${config.appUrl}/join/class/${classDate.id}${path}?token=${token}`;
}
