import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import * as ipaddr from 'ipaddr.js';

/** An address that we do not call: it leads back into our own network, or nowhere. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor() {
    super('It leads to an address that is not of the public internet.');
  }
}

export interface Reach {
  /** For development and tests: this machine itself may be called, too. */
  readonly loopbackToo: boolean;
}

type Resolve = typeof lookup;

/** What IPv6 has given out for use on the public internet so far. */
const GLOBAL_UNICAST_V6 = /^[23][\da-f]{3}:/;

/** Whether it is an address of the public internet, however it is written; IPv4 within IPv6 counts as IPv4. */
export function mayBeCalled(address: string, { loopbackToo }: Reach): boolean {
  const [bare = ''] = address.split('%');
  // The library itself takes spellings, too, that no connection is made from.
  if (isIP(bare) === 0) return false;
  const parsed = ipaddr.process(bare);
  const range = parsed.range();
  if (loopbackToo && range === 'loopback') return true;
  if (range !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || GLOBAL_UNICAST_V6.test(parsed.toNormalizedString());
}

/** The host of an address as it stands there: a name, or an IP address without brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * Resolves names for connections, and refuses those that lead to an address of our own network, too: looked at here, in
 * the very look-up that the connection is made from, so that a name that leads elsewhere by then gains nothing.
 */
export function guardedLookup(reach: Reach, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error !== null || !first) callback(error ?? new Error('no address'), '');
      else if (!addresses.every(({ address }) => mayBeCalled(address, reach))) callback(new PrivateAddressError(), '');
      else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

/** What a name leads to just now. */
export type Leads = 'public' | 'private' | 'nowhere';

export function whereItLeads(host: string, reach: Reach, resolve: Resolve = lookup): Promise<Leads> {
  if (isIP(host) !== 0) return Promise.resolve(mayBeCalled(host, reach) ? 'public' : 'private');
  return new Promise((done) => {
    guardedLookup(reach, resolve)(host, { all: true }, (error) => {
      done(error === null ? 'public' : error instanceof PrivateAddressError ? 'private' : 'nowhere');
    });
  });
}
