import fc from 'fast-check';

/** One person's stay in one run of the meeting, in seconds from the class's start. */
export interface ModelStay {
  readonly run: number;
  readonly from: number;
  readonly to: number;
}

/** What really happened in a class: the simplest that can be said of it, and nothing of how we are told. */
export interface ModelClass {
  /** One after the other, as Zoom runs a meeting. */
  readonly runs: readonly { readonly from: number; readonly to: number }[];
  readonly host: readonly ModelStay[];
  readonly students: readonly (readonly ModelStay[])[];
  /** Somebody whose name is all that Zoom knows. */
  readonly stranger: readonly ModelStay[];
}

const LONGEST_SECONDS = 3_600;

/** The seconds of which somebody was there: a person with two devices is there once. */
export function secondsThere(stays: readonly ModelStay[]): Set<number> {
  const there = new Set<number>();
  for (const { from, to } of stays) for (let second = from; second < to; second += 1) there.add(second);
  return there;
}

const cuts = (count: number) => fc.uniqueArray(fc.nat(LONGEST_SECONDS), { minLength: count, maxLength: count });

const runsOf = fc.integer({ min: 1, max: 3 }).chain((count) =>
  cuts(2 * count).map((instants) => {
    const sorted = [...instants].sort((one, other) => one - other);
    return Array.from({ length: count }, (_, run) => ({ from: sorted[2 * run] ?? 0, to: sorted[2 * run + 1] ?? 0 }));
  }),
);

/** Up to four stays, in whichever runs, at once or one after the other. */
function staysIn(runs: ModelClass['runs']): fc.Arbitrary<readonly ModelStay[]> {
  const stay = fc.tuple(
    fc.nat(runs.length - 1),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  return fc.array(stay, { maxLength: 4 }).map((stays) =>
    stays.flatMap(([run, one, other]) => {
      const { from, to } = runs[run] ?? { from: 0, to: 0 };
      const [first = 0, last = 0] = [one, other]
        .map((part) => from + Math.round(part * (to - from)))
        .sort((a, b) => a - b);
      return first < last ? [{ run, from: first, to: last }] : [];
    }),
  );
}

/** A run begins with its host; one that nobody is said to have been in was theirs alone. */
function withHosts(model: ModelClass): ModelClass {
  const attended = new Set([model.host, ...model.students, model.stranger].flat().map(({ run }) => run));
  const alone = model.runs.flatMap(({ from, to }, run) => (attended.has(run) ? [] : [{ run, from, to }]));
  return { ...model, host: [...model.host, ...alone] };
}

export const modelClasses: fc.Arbitrary<ModelClass> = runsOf
  .chain((runs) =>
    fc.record({
      runs: fc.constant(runs),
      host: staysIn(runs),
      students: fc.array(staysIn(runs), { minLength: 1, maxLength: 3 }),
      stranger: staysIn(runs),
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
