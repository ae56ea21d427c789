import fc from 'fast-check';
import { contains, ipKey, ipText, parseIpRange, swallowsIpv4 } from '../../../src/security/ipRange';

function networkOf(text: string): string | null {
  return parseIpRange(text)?.network ?? null;
}

function holds(network: string, address: string): boolean {
  const [range, key] = [parseIpRange(network), ipKey(address)];
  if (!range || key === null) throw new Error(`${network} or ${address} is none.`);
  return contains(range, key);
}

describe('an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['2001:DB8:0:0::0007', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ])('%s is %s', (written, text) => {
    expect(ipText(ipKey(written) ?? '')).toBe(text);
  });

  it('comes back from its key as it was, and keys stand in the order of addresses', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), (four, six) => {
        expect(ipText(ipKey(four) ?? '')).toBe(four);
        const key = ipKey(six) ?? '';
        expect(key).toMatch(/^[\dA-F]{32}$/);
        expect(ipKey(ipText(key))).toBe(key);
        expect(holds(`${six}/48`, six)).toBe(true);
      }),
    );
  });
});

describe('a range', () => {
  it.each([
    ['192.0.2.77/24', '192.0.2.0/24'],
    ['192.0.2.7/32', '192.0.2.7'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['2001:db8:1:2:3::/64', '2001:db8:1:2::/64'],
    ['2001:db8::7/128', '2001:db8::7'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
  ])('%s is %s', (written, network) => {
    expect(networkOf(written)).toBe(network);
  });

  it.each([
    '',
    '192.0.2',
    '192.0.2.256',
    '010.0.0.1',
    '0x7f.0.0.1',
    '192.0.2.7/33',
    '192.0.2.7/024',
    '192.0.2.7/-1',
    '192.0.2.7/',
    '2001:db8::/129',
    '2001:db8::g',
    '1::2::3',
    'fe80::1%eth0',
    '１９２.0.2.7',
    '192.0.2.7\u0000',
    '192.0.2.7 ',
    '[2001:db8::7]',
    'example.test',
    '1'.repeat(10_000),
  ])('%j is none', (text) => {
    expect(networkOf(text)).toBeNull();
  });

  it('holds its first and last address and not their neighbours, in whichever form they come', () => {
    const at = (address: string) => holds('192.0.2.0/25', address);
    expect(['192.0.2.0', '192.0.2.127', '::ffff:192.0.2.64'].map(at)).toEqual([true, true, true]);
    expect(['192.0.1.255', '192.0.2.128', '::192.0.2.64', '2001:db8::1'].map(at)).toEqual([false, false, false, false]);
    expect(holds('2001:db8::/33', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff')).toBe(true);
    expect(holds('2001:db8::/33', '2001:db8:8000::')).toBe(false);
  });

  it('of IPv6 tells when all of IPv4 is inside it', () => {
    const swallowing = ['::/0', '::/32', '::ffff:0:0/90', '2001:db8::/32', '::ffff:192.0.2.0/112', '::1'].filter(
      (text) => {
        const range = parseIpRange(text);
        return range !== null && swallowsIpv4(range);
      },
    );
    expect(swallowing).toEqual(['::/0', '::/32', '::ffff:0:0/90']);
  });
});
