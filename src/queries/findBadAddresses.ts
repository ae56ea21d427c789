import { isEmail } from '../commands/parseGuests';
import { BouncedAddress } from '../models/BouncedAddress';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { addressHash } from '../security/addressHash';

/** The passes of a class whose address is none, or has bounced before and not been reached since. */
export async function findBadAddresses(classDateId: number): Promise<number[]> {
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId, revokedAt: null },
    attributes: ['id', 'email'],
    order: ['id'],
    raw: true,
  });
  const hashes = passes.map(({ email }) => addressHash(email));
  const bounced = await BouncedAddress.findAll({ where: { addressHash: hashes }, raw: true });
  const isBounced = new Set(bounced.map((row) => row.addressHash));
  return passes.filter(({ email }, index) => !isEmail(email) || isBounced.has(hashes[index] ?? '')).map(({ id }) => id);
}
