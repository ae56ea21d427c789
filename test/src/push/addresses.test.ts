import type { lookup, LookupAddress } from 'node:dns';
import { guardedLookup, hostOf, mayBeCalled, whereItLeads } from '../../../src/push/addresses';

const PUBLIC = { loopbackToo: false };

it.each([
  '93.184.216.34',
  '8.8.8.8',
  '2606:2800:220:1:248:1893:25c8:1946',
  // Within IPv6, and still of the public internet.
  '::ffff:93.184.216.34',
])('lets %s be called', (address) => {
  expect(mayBeCalled(address, PUBLIC)).toBe(true);
});

it.each([
  ...['127.0.0.1', '127.8.9.1', '0.0.0.0', '0.1.2.3', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '100.127.255.254', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1'],
  ...['203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1', '2001:db8::1'],
  ...['::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::7f00:1'],
  ...['64:ff9b::7f00:1', '64:ff9b::10.0.0.1', '2002:7f00:1::', '2001:0:1:2:3:4:5:6', '100::1', '4000::1'],
  ...['', 'localhost', '1.2.3', 'not an address'],
])('refuses %j', (address) => {
  expect(mayBeCalled(address, PUBLIC)).toBe(false);
});

it('lets this machine be called where that is set, and no other of our network', () => {
  const here = { loopbackToo: true };
  expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].map((address) => mayBeCalled(address, here))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['10.0.0.1', '169.254.169.254', '0.0.0.0'].map((address) => mayBeCalled(address, here))).toEqual([
    false,
    false,
    false,
  ]);
});

it.each([
  ['https://2130706433/', '127.0.0.1'],
  ['https://0x7f.1/', '127.0.0.1'],
  ['https://017700000001/', '127.0.0.1'],
  ['https://[::ffff:7f00:1]/', '::ffff:7f00:1'],
])('sees through the spelling of %s', async (url, host) => {
  expect(hostOf(new URL(url))).toBe(host);
  expect(await whereItLeads(host, PUBLIC)).toBe('private');
});

/** A name server that gives these addresses. */
function answering(...addresses: readonly string[]): typeof lookup {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const resolve = (_name: string, _options: unknown, done: (error: Error | null, found: LookupAddress[]) => void) =>
    done(null, found);
  return resolve as unknown as typeof lookup;
}

function connectionGets(resolve: typeof lookup, all: boolean): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(PUBLIC, resolve)('a.name', { all }, (error, address) => done(error?.name ?? address));
  });
}

it('gives a connection what a name leads to, if all of it is public', async () => {
  expect(await connectionGets(answering('8.8.8.8', '1.1.1.1'), false)).toBe('8.8.8.8');
  expect(await connectionGets(answering('8.8.8.8'), true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
  expect(await connectionGets(answering('8.8.8.8', '10.0.0.1'), true)).toBe('PrivateAddressError');
  expect(await connectionGets(answering('::ffff:10.0.0.1'), false)).toBe('PrivateAddressError');
  expect(await connectionGets(answering(), true)).toBe('Error');
});

it('says where a name leads', async () => {
  expect(await whereItLeads('localhost', PUBLIC)).toBe('private');
  expect(await whereItLeads('no-such-name.invalid', PUBLIC)).toBe('nowhere');
  expect(await whereItLeads('a.name', PUBLIC, answering('8.8.8.8'))).toBe('public');
});
