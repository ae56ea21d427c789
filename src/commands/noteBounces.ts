import { BouncedAddress } from '../models/BouncedAddress';
import { addressHash } from '../security/addressHash';

/** Remembers which addresses a mail server has refused, and forgets those that a mail got through to. */
export async function noteBounces({
  refused,
  reached,
  now,
}: {
  refused: readonly string[];
  reached: readonly string[];
  now: Date;
}): Promise<void> {
  if (reached.length > 0) await BouncedAddress.destroy({ where: { addressHash: reached.map(addressHash) } });
  if (refused.length === 0) return;
  await BouncedAddress.bulkCreate(
    refused.map((email) => ({ addressHash: addressHash(email), bouncedAt: now })),
    { updateOnDuplicate: ['bouncedAt'] },
  );
}
