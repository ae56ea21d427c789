import { ipKey, ipText, parseIpRange } from './ipRange';

/**
 * What limits count by: an IPv4 address, or the /64 network of an IPv6 one, for whoever has one address of it has them all.
 * Whose address is not known count together.
 */
export function networkOf(address: string | null): string {
  const key = address === null ? null : ipKey(address);
  return key === null ? 'unknown' : networkText(key);
}

/** The network of the address behind a key of src/security/ipRange, as it is entered to block it. */
export function networkText(key: string): string {
  const address = ipText(key);
  return address.includes(':') ? (parseIpRange(`${address}/64`)?.network ?? address) : address;
}
