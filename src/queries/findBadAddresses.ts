import { isEmail } from '../commands/parseGuests';
import { BouncedAddress } from '../models/BouncedAddress';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { addressHash } from '../security/addressHash';

/** The passes of a class whose address is none, or has bounced before and not been reached since. */
export async function findBadAddresses(classDateId: number): Promise<number[]> {
  return (await findBadAddressesOf([classDateId])).get(classDateId) ?? [];
}

/** The same of many classes, by class date; one whose addresses are good has none. */
export async function findBadAddressesOf(classDateIds: readonly number[]): Promise<Map<number, number[]>> {
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId: [...classDateIds], revokedAt: null },
    attributes: ['id', 'classDateId', 'email'],
    order: ['id'],
    raw: true,
  });
  const hashes = passes.map(({ email }) => addressHash(email));
  const bounced = await BouncedAddress.findAll({ where: { addressHash: [...new Set(hashes)] }, raw: true });
  const isBounced = new Set(bounced.map((row) => row.addressHash));
  const byClass = new Map<number, number[]>();
  for (const [index, { id, classDateId, email }] of passes.entries()) {
    if (isEmail(email) && !isBounced.has(hashes[index] ?? '')) continue;
    byClass.set(classDateId, [...(byClass.get(classDateId) ?? []), id]);
  }
  return byClass;
}
