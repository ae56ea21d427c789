import { BlockedIp } from '../models/BlockedIp';
import { User } from '../models/User';

export interface BlockRow {
  readonly block: BlockedIp;
  readonly by: string;
}

/** Every block that is in force, newest first. */
export function findBlocksInForce(now: Date): Promise<BlockedIp[]> {
  return BlockedIp.findAll({ where: BlockedIp.inForce(now), order: [['id', 'DESC']] });
}

/** The same with who made each. */
export async function listBlocks(now: Date): Promise<BlockRow[]> {
  const blocks = await findBlocksInForce(now);
  const people = await User.findAll({ where: { id: [...new Set(blocks.map(({ createdBy }) => createdBy))] } });
  const names = new Map(people.map(({ id, fullName }) => [id, fullName]));
  return blocks.map((block) => ({ block, by: names.get(block.createdBy) ?? '' }));
}
