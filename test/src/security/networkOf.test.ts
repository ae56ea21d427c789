import fc from 'fast-check';
import { QueryTypes } from 'sequelize';
import { NETWORK_KEY } from '../../../src/queries/ipKeySql';
import { ipKey, ipText } from '../../../src/security/ipRange';
import { networkOf, networkText } from '../../../src/security/networkOf';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::/64'],
  ['2001:DB8:0:0:ffff:ffff:ffff:ffff', '2001:db8::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['no address', 'unknown'],
  [null, 'unknown'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

it('is drawn by the database as by the limits', async () => {
  // As systems write them: MariaDB takes no full IPv6 address whose end is written as IPv4.
  const written = fc.ipV6().map((address) => ipText(ipKey(address) ?? ''));
  const addresses = fc.sample(fc.oneof(fc.ipV4(), written), 200);
  for (const address of [...addresses, '::ffff:203.0.113.7', '::1', '2001:db8::7']) {
    const [row] = await website.deps.db.query<{ networkKey: string }>(
      `SELECT ${NETWORK_KEY} AS networkKey FROM (SELECT ? AS ip_address) AS one`,
      { type: QueryTypes.SELECT, replacements: [address] },
    );
    expect([address, networkText(row?.networkKey ?? '')]).toEqual([address, networkOf(address)]);
  }
});
