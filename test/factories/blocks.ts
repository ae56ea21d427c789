import type { CreationAttributes } from 'sequelize';
import { BlockedIp } from '../../src/models/BlockedIp';
import { parseIpRange } from '../../src/security/ipRange';
import { buildUser } from './people';

/** A block in force until it is lifted, whoever would be kept out by it. */
export async function buildBlock(
  written: string,
  fields: Partial<CreationAttributes<BlockedIp>> = {},
): Promise<BlockedIp> {
  const range = parseIpRange(written);
  if (!range) throw new Error(`${written} is no network.`);
  const { network, start, end } = range;
  const createdBy = fields.createdBy ?? (await buildUser('admin')).id;
  return BlockedIp.create({ network, rangeStart: start, rangeEnd: end, reason: 'a test', createdBy, ...fields });
}
