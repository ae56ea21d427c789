import fc from 'fast-check';
import { readClassDateRows } from '../../../src/commands/readClassDateRows';
import { addMinutes } from '../../../src/domain/clock';
import { checkClassDateRows } from '../../../src/queries/checkClassDateRows';
import { findImportClashes } from '../../../src/queries/findImportClashes';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const DAY = new Date('2030-01-15T00:00:00Z');
const slotArbitrary = fc.record({ teacher: fc.nat(1), start: fc.nat(600), minutes: fc.integer({ min: 1, max: 180 }) });

it('names each row that overlaps another of its teacher, in the file or booked, and no other', async () => {
  const orders = [await buildOrder(), await buildOrder()];
  const booked = { teacher: 0, start: 300, minutes: 60 };
  const [first] = orders;
  if (!first) throw new Error('Two were built.');
  const at = (start: number) => addMinutes(DAY, start);
  await buildClassDate({ order: first, startsAt: at(booked.start), durationMinutes: booked.minutes });
  // Off, so it is in nobody's way.
  await buildClassDate({ order: first, startsAt: at(0), durationMinutes: 900, state: 'cancelled' });
  await fc.assert(
    fc.asyncProperty(fc.array(slotArbitrary, { minLength: 1, maxLength: 8 }), async (slots) => {
      const lines = slots.map(({ teacher, start, minutes }, index) =>
        [orders[teacher]?.id, `r${index}`, at(start).toISOString().slice(0, 16), 'UTC', minutes].join(','),
      );
      const text = ['order,class_date,start,time_zone,minutes', ...lines].join('\n');
      const { rows } = readClassDateRows(text, new Date('2029-01-01T00:00:00Z'));
      const { toBook } = await checkClassDateRows(rows);
      const overlap = (one: typeof booked, other: typeof booked) =>
        one.teacher === other.teacher &&
        one.start < other.start + other.minutes &&
        other.start < one.start + one.minutes;
      const expected = slots.flatMap((slot, index) =>
        [booked, ...slots].some((other) => other !== slot && overlap(slot, other)) ? [index + 2] : [],
      );
      expect(await findImportClashes(toBook)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
