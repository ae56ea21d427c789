import fc from 'fast-check';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Time of a stay that was spent in a breakout room. */
interface ModelBreakout extends Span {
  /** Zoom says that they left the meeting for it, and came into it anew afterwards; it may also say nothing of that. */
  readonly leaving: boolean;
  /** Zoom says there who they are; else no more than by which stay they are in the meeting. */
  readonly named: boolean;
}

/** One person's stay in one run of the meeting, in seconds from the class's start. */
export interface ModelStay extends Span {
  readonly run: number;
  /** One after the other, each after they came. */
  readonly breakouts?: readonly ModelBreakout[];
}

/** The room that a class had before the one that it has in the end. */
export interface ModelFormer {
  /** How many of the runs were in it: the first ones. The last of them may outlast it where another teacher got a room. */
  readonly runs: number;
  /** when the class got the other room */
  readonly until: number;
  readonly why: 'teacher changed' | 'deleted at Zoom';
}

/** What really happened in a class: the simplest that can be said of it, and nothing of how we are told. */
export interface ModelClass {
  /** Those of one room one after the other, as Zoom runs a meeting. */
  readonly runs: readonly Span[];
  readonly former?: ModelFormer | null | undefined;
  /** Whoever was the teacher when the room of the run was made. */
  readonly host: readonly ModelStay[];
  readonly students: readonly (readonly ModelStay[])[];
  /** Somebody whose name is all that Zoom knows. */
  readonly stranger: readonly ModelStay[];
}

const LONGEST_SECONDS = 3_600;

/** The seconds of which somebody was there: a person with two devices is there once, in a breakout room as well. */
export function secondsThere(stays: readonly Span[]): Set<number> {
  const there = new Set<number>();
  for (const { from, to } of stays) for (let second = from; second < to; second += 1) there.add(second);
  return there;
}

export function isInFormer({ former }: Pick<ModelClass, 'former'>, { run }: Pick<ModelStay, 'run'>): boolean {
  return former ? run < former.runs : false;
}

/** The stays of the teacher who gives the class in the end. */
export function teachersOwn(model: ModelClass): ModelStay[] {
  return model.host.filter((stay) => model.former?.why !== 'teacher changed' || !isInFormer(model, stay));
}

/** What Zoom says of a stay: of the meeting once or, where it says that they left it for a room, several times; of each room. */
export function partsOf({ run, from, to, breakouts = [] }: ModelStay) {
  const away = breakouts.filter(({ leaving }) => leaving);
  const begins = [from, ...away.map((breakout) => breakout.to)];
  const ends = [...away.map((breakout) => breakout.from), to];
  const inMeeting = begins.map((begin, index) => ({ run, from: begin, to: ends[index] ?? to }));
  return {
    inMeeting: inMeeting.filter((part) => part.from < part.to),
    inRooms: breakouts.map((breakout) => ({
      ...{ run, from: breakout.from, to: breakout.to, named: breakout.named },
      /** from which of the parts in the meeting they went there */
      parent: away.filter((other) => other.from < breakout.from).length,
    })),
  };
}

const part = fc.nat(1_000).map((thousandths) => thousandths / 1_000);
const within = ({ from, to }: Span, share: number) => from + Math.round(share * (to - from));

const cuts = (count: number) =>
  fc
    .uniqueArray(fc.nat(LONGEST_SECONDS), { minLength: count, maxLength: count })
    .map((instants) => instants.sort((one, other) => one - other));

const spans = (instants: readonly number[]): Span[] =>
  Array.from({ length: Math.floor(instants.length / 2) }, (_, index) => ({
    from: instants[2 * index] ?? 0,
    to: instants[2 * index + 1] ?? 0,
  }));

type Rooms = Pick<ModelClass, 'runs' | 'former'>;

const oneRoom: fc.Arbitrary<Rooms> = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => cuts(2 * count))
  .map((instants) => ({ runs: spans(instants), former: null }));

const count = fc.integer({ min: 1, max: 2 });
const twoRooms: fc.Arbitrary<Rooms> = fc
  .record({ before: count, after: count, isDeleted: fc.boolean(), handedOver: part, outlasting: fc.option(part) })
  .chain(({ before, after, ...how }) => cuts(2 * (before + after)).map((at) => inTwoRooms(spans(at), before, how)));

/** @param before how many of the runs were in the former room */
function inTwoRooms(
  runs: readonly Span[],
  before: number,
  how: { readonly isDeleted: boolean; readonly handedOver: number; readonly outlasting: number | null },
): Rooms {
  const [last, next] = [runs[before - 1], runs[before]];
  if (!last || !next) throw new Error('Each room has its runs.');
  const until = within({ from: how.isDeleted ? last.to : last.from, to: next.from }, how.handedOver);
  if (how.isDeleted) return { runs, former: { runs: before, until, why: 'deleted at Zoom' } };
  // The former teacher may not have noticed.
  const to = how.outlasting === null ? last.to : within({ from: last.to, to: LONGEST_SECONDS }, how.outlasting);
  return {
    runs: runs.map((run) => (run === last ? { ...last, to } : run)),
    former: { runs: before, until, why: 'teacher changed' },
  };
}

const waysAway = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(fc.tuple(part, part, fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 2 }) },
);

/** Up to three stays, in whichever runs, at once or one after the other. */
function staysIn(runs: ModelClass['runs']): fc.Arbitrary<readonly ModelStay[]> {
  const stay = fc.tuple(fc.nat(runs.length - 1), part, part, waysAway);
  return fc.array(stay, { maxLength: 3 }).map((stays) =>
    stays.flatMap(([run, one, other, ways]) => {
      const [from = 0, to = 0] = [one, other]
        .map((share) => within(runs[run] ?? { from: 0, to: 0 }, share))
        .sort((a, b) => a - b);
      return from < to ? [{ run, from, to, breakouts: breakoutsIn({ from, to }, ways) }] : [];
    }),
  );
}

function breakoutsIn(
  { from, to }: Span,
  ways: readonly (readonly [number, number, boolean, boolean])[],
): ModelBreakout[] {
  const instants = ways.flatMap(([one, other]) => [one, other]).map((share) => within({ from: from + 1, to }, share));
  const rooms = spans([...new Set(instants)].sort((one, other) => one - other));
  return rooms.flatMap((room, index) => {
    const [, , leaving = false, named = false] = ways[index] ?? [];
    return [{ ...room, leaving, named }];
  });
}

/** A run begins with its host; one that nobody is said to have been in was theirs alone. */
function withHosts(model: ModelClass): ModelClass {
  const attended = new Set([model.host, ...model.students, model.stranger].flat().map(({ run }) => run));
  const alone = model.runs.flatMap(({ from, to }, run) => (attended.has(run) ? [] : [{ run, from, to }]));
  return { ...model, host: [...model.host, ...alone] };
}

export const modelClasses: fc.Arbitrary<ModelClass> = fc
  .oneof(oneRoom, twoRooms)
  .chain((rooms) =>
    fc.record({
      runs: fc.constant(rooms.runs),
      former: fc.constant(rooms.former),
      host: staysIn(rooms.runs),
      students: fc.array(staysIn(rooms.runs), { minLength: 1, maxLength: 2 }),
      stranger: staysIn(rooms.runs),
    }),
  )
  .map(withHosts);

/** The numbers below `count`, each at least once, in any order: so a stream of events arrives. */
export function deliveries(count: number): fc.Arbitrary<readonly number[]> {
  const each = Array.from({ length: count }, (_, index) => index);
  const repeats = fc.array(fc.nat(count - 1), { maxLength: count });
  return repeats.chain((again) => {
    const all = [...each, ...again];
    return fc
      .shuffledSubarray([...all.keys()], { minLength: all.length })
      .map((order) => order.map((at) => all[at] ?? 0));
  });
}
