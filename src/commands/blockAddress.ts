import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { BLOCK_TERMS, endOfBlock, type BlockTerm } from '../domain/spans';
import { FieldErrors, type FieldError } from '../errors';
import { BlockedIp } from '../models/BlockedIp';
import { contains, ipKey, parseIpRange, swallowsIpv4, type IpRange } from '../security/ipRange';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface BlockInput {
  readonly network: string;
  readonly reason: string;
  readonly term: string;
}

/** Who asks, and by way of which proxies of ours. */
export interface Blocker extends AuditOrigin {
  readonly userId: number;
  readonly proxies: readonly string[];
}

/** What would be blocked, when nothing speaks against it. */
export interface CheckedBlock {
  readonly range: IpRange;
  readonly reason: string;
  readonly term: BlockTerm;
}

/** The shortest prefixes: a provider gives a /16 or a /32 to whole cities, so more of it keeps out more than is meant. */
const WIDEST = { 4: 16, 6: 32 } as const;

/** @throws FieldErrors */
export async function blockAddress(deps: Deps, input: BlockInput, blocker: Blocker): Promise<BlockedIp> {
  const { range, reason, term } = await checkBlock(deps, input, blocker);
  const { userId, ipAddress, userAgent } = blocker;
  return inTransaction(deps.db, async (transaction) => {
    const block = await BlockedIp.create(
      {
        network: range.network,
        rangeStart: range.start,
        rangeEnd: range.end,
        reason,
        createdBy: userId,
        expiresAt: endOfBlock(term, deps.clock.now()),
      },
      { transaction },
    );
    const entity = { type: 'blocked_ip', id: block.id };
    const metadata = { version: range.version, prefix: range.prefix, term };
    await writeAudit(deps, { userId, ipAddress, userAgent }, { action: 'ip_blocked', entity, metadata }, transaction);
    return block;
  });
}

/**
 * Everything that is checked before a block is made, for the page that asks whether it is really meant too.
 *
 * @throws FieldErrors
 */
export async function checkBlock(
  { clock }: Pick<Deps, 'clock'>,
  input: BlockInput,
  blocker: Blocker,
): Promise<CheckedBlock> {
  const errors: FieldError[] = [];
  const range = parseIpRange(input.network);
  const wrong = range ? whatSpeaksAgainst(range, blocker) : 'Enter an address such as 192.0.2.7 or 2001:db8::/48.';
  if (wrong !== null) errors.push({ field: 'network', message: wrong });
  if (input.reason === '') errors.push({ field: 'reason', message: 'Say why, for whoever looks at it later.' });
  const term = BLOCK_TERMS.find((one) => one === input.term);
  if (!term) errors.push({ field: 'term', message: 'Choose how long it lasts.' });
  if (range && wrong === null && (await isBlocked(range, clock.now()))) {
    errors.push({
      field: 'network',
      message: `${range.network} is blocked already. To change it, lift that block first.`,
    });
  }
  if (!range || !term || errors.length > 0) throw new FieldErrors(errors);
  return { range, reason: input.reason, term };
}

function whatSpeaksAgainst(range: IpRange, { ipAddress, proxies }: Blocker): string | null {
  const { version, prefix, network } = range;
  if (prefix < WIDEST[version] || swallowsIpv4(range)) {
    return `${network} is too wide: a block may be /${WIDEST[4]} for IPv4 and /${WIDEST[6]} for IPv6 at most, or it would keep out whole cities. Enter the networks one by one.`;
  }
  const holds = (address: string | null) => {
    const key = address === null ? null : ipKey(address);
    return key !== null && contains(range, key);
  };
  if (holds(ipAddress)) return `Your own address, ${ipAddress}, is in it, so you would lock yourself out.`;
  const proxy = proxies.find(holds);
  return proxy === undefined ? null : `${proxy} is a proxy in front of this site: everybody comes by it.`;
}

async function isBlocked({ network }: IpRange, now: Date): Promise<boolean> {
  return (await BlockedIp.count({ where: { network, ...BlockedIp.inForce(now) } })) > 0;
}
