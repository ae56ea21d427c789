import { isIP } from 'node:net';

/** One address or one CIDR network; IPv4 counts as ::ffff:a.b.c.d. */
export interface IpRange {
  /** the one way it is written: 192.0.2.0/24, or 192.0.2.7 when it is a single address */
  readonly network: string;
  readonly version: 4 | 6;
  /** of the version's own 32 or 128 bits */
  readonly prefix: number;
  /** first and last address, as keys */
  readonly start: string;
  readonly end: string;
}

type Bounds = Pick<IpRange, 'start' | 'end'>;

const KEY_DIGITS = 32;
const BITS = 128n;
/** ::ffff:0:0/96, the IPv6 form of IPv4. */
const V4_MARK = '00000000000000000000FFFF';
const V4_OFFSET = 96;
const WRITTEN = /^([\da-fA-F:.]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/;

/** The 32 hex digits of an address, the same however it is written; null when it is none. */
export function ipKey(address: string): string | null {
  // A link-local address may name the interface it came by: fe80::1%eth0.
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  if (version === 0) return null;
  return version === 4 ? V4_MARK + hex(bare.split('.').map(Number), 2) : hex(groupsOf(bare), 4);
}

/** The one way the address behind a key is written. */
export function ipText(key: string): string {
  if (key.startsWith(V4_MARK)) return pieces(key.slice(V4_MARK.length), 2).join('.');
  const groups = pieces(key, 4).map((group) => group.toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Reads an address or a CIDR network; bits behind the prefix do not matter. null when it is neither. */
export function parseIpRange(text: string): IpRange | null {
  const [, address = '', written] = WRITTEN.exec(text) ?? [];
  const key = ipKey(address);
  if (key === null) return null;
  const offset = address.includes(':') ? 0 : V4_OFFSET;
  const prefix = written === undefined ? Number(BITS) : Number(written) + offset;
  return prefix > Number(BITS) ? null : rangeOf(key, prefix);
}

export function contains({ start, end }: Bounds, key: string): boolean {
  return start <= key && key <= end;
}

/** How much of a range another one holds. */
export function shareOf({ start, end }: Bounds, other: Bounds): 'all' | 'part' | 'none' {
  if (contains(other, start) && contains(other, end)) return 'all';
  return other.start <= end && start <= other.end ? 'part' : 'none';
}

/** Whether it reaches into IPv4 from outside: ::/32 holds every IPv4 address there is. */
export function swallowsIpv4({ version, start, end }: IpRange): boolean {
  return version === 6 && start <= `${V4_MARK}00000000` && end >= `${V4_MARK}FFFFFFFF`;
}

function rangeOf(key: string, prefix: number): IpRange {
  const rest = (1n << (BITS - BigInt(prefix))) - 1n;
  const value = BigInt(`0x${key}`);
  const start = keyOf(value & ~rest);
  const version = prefix >= V4_OFFSET && start.startsWith(V4_MARK) ? 4 : 6;
  const own = version === 4 ? prefix - V4_OFFSET : prefix;
  const single = rest === 0n;
  return {
    network: single ? ipText(start) : `${ipText(start)}/${own}`,
    version,
    prefix: own,
    start,
    end: keyOf(value | rest),
  };
}

function keyOf(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(KEY_DIGITS, '0');
}

/** The eight groups of an IPv6 address; URL brings each spelling to the one of RFC 5952 without dots. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
  return [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => parseInt(group, 16));
}

function hex(numbers: readonly number[], digits: number): string {
  return numbers.map((number) => number.toString(16).toUpperCase().padStart(digits, '0')).join('');
}

function pieces(key: string, digits: number): number[] {
  return (key.match(new RegExp(`.{${digits}}`, 'g')) ?? []).map((piece) => parseInt(piece, 16));
}
