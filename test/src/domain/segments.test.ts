import fc from 'fast-check';
import {
  formerRegistrantsOf,
  matchPerson,
  mergeSegment,
  surerMatch,
  type PersonMatch,
  type Segment,
} from '../../../src/domain/segments';

const START = Date.parse('2026-12-01T10:00:00Z');
const second = fc.integer({ min: 0, max: 5 }).map((count) => new Date(START + count * 1_000));
const text = (...texts: string[]) => fc.constantFrom(null, ...texts);

/** What one event tells of a stay: one of the two times, and of the person whatever Zoom pleases to say. */
const words: fc.Arbitrary<Segment> = fc
  .record({
    parentSessionUserId: text('1', '2'),
    participantUuid: text('uuid-a', 'uuid-b'),
    registrantId: text('registrant-a', 'registrant-b'),
    zoomUserId: text('zoom-a', 'zoom-b'),
    userName: text('Jan', 'Jan S.', 'iPhone'),
    userEmail: text('jan@example.test'),
    at: second,
    joined: fc.boolean(),
  })
  .map(({ at, joined, ...who }) => ({ ...who, joinTime: joined ? at : null, leaveTime: joined ? null : at }));

const merged = (told: readonly Segment[]) => told.reduce<Segment | null>(mergeSegment, null);

const LEAST: Segment = {
  ...{ parentSessionUserId: null, participantUuid: null, registrantId: null, zoomUserId: null },
  ...{ userName: null, userEmail: null, joinTime: null, leaveTime: null },
};

describe('what is told of a stay', () => {
  const told = fc.array(words, { minLength: 1, maxLength: 6 });

  it('spans from the earliest coming to the latest going, in any order', () => {
    const shuffled = told.chain((each) => fc.shuffledSubarray([...each, ...each], { minLength: 2 * each.length }));
    fc.assert(
      fc.property(shuffled, (each) => {
        const instants = (key: 'joinTime' | 'leaveTime') => each.flatMap((one) => one[key]?.getTime() ?? []);
        const [joins, leaves] = [instants('joinTime'), instants('leaveTime')];
        expect(merged(each)).toMatchObject({
          joinTime: joins.length === 0 ? null : new Date(Math.min(...joins)),
          leaveTime: leaves.length === 0 ? null : new Date(Math.max(...leaves)),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('names the same person in any order, whatever Zoom says twice and differently', () => {
    const pair = fc
      .tuple(words, words)
      .chain(([one, other]) =>
        fc.tuple(fc.constant([one, other]), fc.shuffledSubarray([one, other, one, other], { minLength: 4 })),
      );
    fc.assert(
      fc.property(pair, ([each, order]) => expect(merged(order)).toEqual(merged(each))),
      { numRuns: 2_000 },
    );
  });

  it('believes of the person what was told when they came, before what was told later', () => {
    const joined = { ...LEAST, userName: 'Zoe', joinTime: new Date(START) };
    const bound = { ...LEAST, userName: '1555*****12', joinTime: new Date(START + 60_000) };
    const left = { ...LEAST, userName: 'Anna', registrantId: 'r', leaveTime: new Date(START) };
    for (const order of [
      [joined, bound, left],
      [left, bound, joined],
      [bound, joined, left],
    ])
      expect(merged(order)).toMatchObject({ userName: 'Zoe', registrantId: 'r' });
  });
});

describe('whose a stay is', () => {
  const pass = (id: number, registrantId: string | null, formerRegistrants: string | null = null) => ({
    ...{ id, registrantId, formerRegistrants },
    ...{ guestId: null, email: `${id}@example.test` },
  });
  const byRegistrant = (registrantId: string) => ({ ...LEAST, registrantId });

  it('is told by a registrant of a former meeting as by the one of now, who comes first', () => {
    const passes = [pass(1, 'c', 'a b'), pass(2, 'b'), pass(3, null, 'aa')];
    const owners = ['a', 'b', 'c', 'aa', 'b c'].map((id) => matchPerson(byRegistrant(id), passes, []).passId);
    expect(owners).toEqual([1, 2, 1, 3, null]);
  });

  it('is told by the number in the name of an invite link, where nothing surer tells it', () => {
    const passes = [pass(41, null), pass(42, 'registrant-b')];
    const ownerOf = (who: Partial<Segment>) => {
      const { passId, matchedBy } = matchPerson({ ...LEAST, ...who }, passes, ['zoom-host']);
      return [passId, matchedBy];
    };
    const userName = 'Mia Berg (41)';
    expect(ownerOf({ userName })).toEqual([41, 'invite']);
    expect(ownerOf({ userName, userEmail: '42@example.test' })).toEqual([42, 'email']);
    expect(ownerOf({ userName, zoomUserId: 'zoom-host' })).toEqual([null, 'host']);
    expect(ownerOf({ userName, registrantId: 'registrant-b' })).toEqual([42, 'registrant']);
    expect(ownerOf({ userName: 'Mia Berg (43)' })).toEqual([null, 'none']);
    expect(ownerOf({ userName: 'Mia Berg 41' })).toEqual([null, 'none']);
  });

  it('collects registrants as they are replaced, each once', () => {
    expect(formerRegistrantsOf({ registrantId: null, formerRegistrants: null })).toBeNull();
    expect(formerRegistrantsOf({ registrantId: 'a', formerRegistrants: null })).toBe('a');
    expect(formerRegistrantsOf({ registrantId: 'b', formerRegistrants: 'a' })).toBe('a b');
    expect(formerRegistrantsOf({ registrantId: 'a', formerRegistrants: 'a b' })).toBe('a b');
  });

  it('becomes surer, never less sure', () => {
    const match = (passId: number | null, matchedBy: PersonMatch['matchedBy']) =>
      ({ passId, role: 'participant', matchedBy }) as const;
    expect(surerMatch(match(1, 'registrant'), match(null, 'none')).passId).toBe(1);
    expect(surerMatch(match(1, 'registrant'), match(2, 'email')).passId).toBe(1);
    expect(surerMatch(match(1, 'email'), match(2, 'registrant')).passId).toBe(2);
    expect(surerMatch(match(1, 'email'), match(2, 'email')).passId).toBe(2);
    expect(surerMatch(match(1, 'email'), match(2, 'invite')).passId).toBe(1);
    expect(surerMatch(match(1, 'invite'), match(null, 'none')).passId).toBe(1);
  });
});
