import type { Deps } from '../deps';
import type { BlockedIp } from '../models/BlockedIp';
import { findBlocksInForce } from '../queries/listBlocks';
import { contains, ipKey } from './ipRange';

export interface BlockList {
  /** The block that keeps this address out; null when none does. */
  find(address: string | null): Promise<BlockedIp | null>;
}

/** A block or a lift counts in every process after so long; whoever is blocked cannot make the database work harder. */
const FRESH_MS = 2_000;

/** The blocks in force, read again when they are asked for and no longer fresh. */
export function createBlockList({ clock }: Pick<Deps, 'clock'>): BlockList {
  let blocks: readonly BlockedIp[] = [];
  let readAtMs = -Infinity;
  let reading: Promise<void> | null = null;
  const read = async (now: Date): Promise<void> => {
    blocks = await findBlocksInForce(now);
    readAtMs = now.getTime();
  };
  return {
    find: async (address) => {
      const now = clock.now();
      // Either way: a clock that was set back must not keep an old list for hours.
      if (Math.abs(now.getTime() - readAtMs) >= FRESH_MS) {
        reading ??= read(now).finally(() => (reading = null));
        await reading;
      }
      const key = address === null ? null : ipKey(address);
      if (key === null) return null;
      const covers = ({ rangeStart: start, rangeEnd: end }: BlockedIp) => contains({ start, end }, key);
      return blocks.find((block) => block.isInForce(now) && covers(block)) ?? null;
    },
  };
}
