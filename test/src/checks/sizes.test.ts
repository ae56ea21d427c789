import { checkSizes } from '../../../src/checks/sizes';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

it('tells the size of the tables, the largest first, and how old the passes are', async () => {
  const { deps } = website;
  const classDate = await buildClassDate();
  for (let passes = 0; passes < 3; passes += 1) {
    const { id: userId, email } = await buildUser('student');
    await buildPass(deps.signingKeys, classDate, { userId, email });
  }
  await deps.db.query(
    'UPDATE zoom_secure_tokens SET created_at = TIMESTAMPADD(DAY, -8, UTC_TIMESTAMP(3)) ORDER BY id LIMIT 2',
  );
  const [tables, passes] = await checkSizes(deps);
  expect(tables).toMatchObject({ name: 'sizes', verdict: 'passed', remedy: null });
  const [, total, list] = /^([\d.]+) MB in all; the largest: (.+)\.$/.exec(tables?.why ?? '') ?? [];
  const sizes = [...(list ?? '').matchAll(/\w+ ([\d.]+) MB/g)].map(([, size]) => Number(size));
  expect(sizes).toHaveLength(5);
  expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
  expect(sizes[0]).toBeGreaterThan(0);
  // The sum is of more tables than those five, and rounded.
  expect(Number(total)).toBeGreaterThan(sizes.reduce((sum, size) => sum + size, 0));
  expect(passes).toMatchObject({
    ...{ name: 'passes', verdict: 'passed', remedy: null },
    why: '3, of which 2 are older than 7 days.',
  });
});
