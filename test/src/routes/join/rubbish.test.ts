import { JOIN_APP_URL, startJoinSite, visitAndPress, type JoinSite, type Link } from '../../../support/joinSite';

let site: JoinSite;

beforeAll(async () => {
  site = await startJoinSite();
});

afterAll(() => site.close());

beforeEach(() => site.restart());

const LONG = 'x'.repeat(10_000);
/** The same letters to the eye: Cyrillic а, fullwidth digits, a zero-width space. */
const LOOK_ALIKES = ['а'.repeat(64), '１'.repeat(64), `${'a'.repeat(63)}\u200b`];
const VALUES = [
  '',
  '\u0000',
  LONG,
  "' OR '1'='1",
  '../../etc/passwd',
  '%',
  '%00',
  '{"$gt":""}',
  '<script>',
  ...LOOK_ALIKES,
];

const queries = ({ token }: Link): string[] => [
  ...VALUES.map((value) => `token=${encodeURIComponent(value)}`),
  `token[]=${token}`,
  `token[a]=${token}`,
  `token=${token}&token=${token}`,
  `token=${token}&seen[]=x`,
  `token=${token}&seen=${LONG}`,
  `token=${token.toUpperCase()}`,
  `token=%20${token}`,
  'token=%ff%fe',
  '__proto__=x&constructor=y',
];

it.each(['', '/guest', '/page', '/events', '/class.ics'])('GET …%s answers every rubbish kindly', async (path) => {
  const link = await site.buildLink();
  for (const query of queries(link)) {
    // Streams of good passes stay open; all that matters is how they begin.
    const stop = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${site.port}/join/class/${link.classDate.id}${path}?${query}`, {
      signal: stop.signal,
      redirect: 'manual',
    });
    expect([query.slice(0, 60), answer.status < 500]).toEqual([query.slice(0, 60), true]);
    stop.abort();
  }
});

it.each(['0', '-1', '1e3', '9'.repeat(40), '1%00', 'ⅷ', '1.5', '%2e%2e', encodeURIComponent(LONG)])(
  'a class called %s is none',
  async (id) => {
    const { token } = await site.buildLink();
    for (const path of ['', '/guest', '/page', '/events', '/class.ics']) {
      const { status } = await site.newBrowser().get(`/join/class/${id}${path}?token=${token}`);
      expect([path, [400, 403, 404].includes(status)]).toEqual([path, true]);
    }
  },
);

it('POST answers every rubbish kindly, claims nothing by it, and the owner still gets in', async () => {
  const link = await site.buildLink();
  const bodies = [
    ...VALUES.map((value) => `nonce=${encodeURIComponent(value)}`),
    'nonce[]=a',
    `nonce=s1.${LONG.slice(0, 7_000)}`,
    'nonce=s1.AAAA&nonce=s2.BBBB',
    'takeover=1',
    '&&&===%%%',
    '{"nonce": {"a": 1}}',
  ];
  for (const path of ['', '/guest', '/new-link']) {
    for (const body of bodies) {
      const answer = await site
        .newBrowser()
        .post(`/join/class/${link.classDate.id}${path}?token=${link.token}`)
        .set({ Origin: JOIN_APP_URL, 'Content-Type': 'application/x-www-form-urlencoded', Cookie: 'join=rubbish' })
        .send(body);
      expect([path, body.slice(0, 40), answer.status < 500]).toEqual([path, body.slice(0, 40), true]);
    }
  }
  const tooMuch = await site.newBrowser().post(link.url).set('Origin', JOIN_APP_URL).type('form').send({ nonce: LONG });
  expect(tooMuch.status).toBe(413);
  expect((await link.pass.reload()).usedAt).toBeNull();
  expect((await visitAndPress(site.newBrowser(), link.url)).status).toBe(303);
});
