import fc from 'fast-check';
import { resolveWallTime } from '../../../src/commands/resolveWallTime';
import { readStartTime } from '../../../src/dev/zoom/api/startTime';
import { classTimes } from '../../../src/domain/classTimes';
import { addMinutes } from '../../../src/domain/clock';
import { presentClassCalendar } from '../../../src/presenters/classCalendar';
import { formatInstant } from '../../../src/presenters/classTime';
import { meetingBody } from '../../../src/zoom/meetings';
import { readCalendarFile } from '../../support/calendarStore';

/** Days on which the clock changes, or would if the zone had it: an hour, half an hour, for Ramadan, never. */
const DAYS: readonly (readonly [zone: string, day: string])[] = [
  ['Europe/Berlin', '2027-03-28'],
  ['Europe/Berlin', '2027-10-31'],
  ['America/New_York', '2027-03-14'],
  ['America/New_York', '2027-11-07'],
  ['Australia/Lord_Howe', '2027-04-04'],
  ['Australia/Lord_Howe', '2027-10-03'],
  ['Asia/Kolkata', '2027-03-28'],
  ['Africa/Casablanca', '2027-02-07'],
  ['Africa/Casablanca', '2027-03-14'],
  ['America/St_Johns', '2027-03-14'],
  ['America/St_Johns', '2027-11-07'],
];
const ZONES = [...new Set(DAYS.map(([zone]) => zone))];
const DAY_MINUTES = 24 * 60;

const day = fc.constantFrom(...DAYS);
/** From the evening before to the morning after. */
const minute = fc.integer({ min: -360, max: DAY_MINUTES + 360 });

/** The wall time so many minutes after that day's midnight, as if clocks never changed. */
function wallTime(date: string, minutes: number): string {
  return addMinutes(new Date(`${date}T00:00:00Z`), minutes)
    .toISOString()
    .slice(0, 16);
}

/** What the clock there shows, by the rules of Node.js itself and not by the library under test. */
function clockIn(zone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).formatToParts(instant);
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

function resolved(local: string, zone: string) {
  const found = resolveWallTime(local, zone);
  if (!found) throw new Error(`${local} was not understood.`);
  return found;
}

/** Every instant at which the clock there shows that time: none in a gap, two in a fold. */
function instantsAt(local: string, zone: string): Date[] {
  const middle = new Date(`${local}:00Z`);
  const quarters = Array.from({ length: (2 * 15 * 60) / 15 + 1 }, (_, index) =>
    addMinutes(middle, index * 15 - 15 * 60),
  );
  return quarters.filter((instant) => clockIn(zone, instant) === local);
}

it('a time that there is stays; of two the first is taken; one that there is not moves on by what the clock jumps', () => {
  fc.assert(
    fc.property(day, minute, ([zone, date], minutes) => {
      const local = wallTime(date, minutes);
      const { startsAt, localStart, note } = resolved(local, zone);
      expect(clockIn(zone, startsAt)).toBe(localStart);
      const [first, second] = instantsAt(local, zone);
      if (!first) {
        expect(localStart > local).toBe(true);
        expect(clockIn(zone, addMinutes(startsAt, -120)) < local).toBe(true);
        expect(note).toContain('jumps over');
        return;
      }
      expect([startsAt, localStart]).toEqual([first, local]);
      expect(note?.includes('twice') ?? false).toBe(second !== undefined);
    }),
    { numRuns: 400 },
  );
});

it('later on the wall is never sooner', () => {
  fc.assert(
    fc.property(day, minute, fc.integer({ min: 1, max: 300 }), ([zone, date], minutes, later) => {
      const [one, other] = [wallTime(date, minutes), wallTime(date, minutes + later)];
      // Of a time that the clock jumps over nobody can say what is later than it.
      fc.pre(instantsAt(one, zone).length > 0);
      expect(resolved(other, zone).startsAt.getTime()).toBeGreaterThan(resolved(one, zone).startsAt.getTime());
    }),
    { numRuns: 300 },
  );
});

it('the mail, the calendar and Zoom all say the same instant, to readers wherever they are', () => {
  const reader = fc.constantFrom(...ZONES);
  fc.assert(
    fc.property(
      day,
      minute,
      reader,
      fc.integer({ min: 1, max: 300 }),
      ([zone, date], minutes, there, durationMinutes) => {
        const { startsAt } = resolved(wallTime(date, minutes), zone);
        const times = { leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 };
        const { endsAt } = classTimes({ startsAt, durationMinutes, ...times });
        expect(endsAt.getTime() - startsAt.getTime()).toBe(durationMinutes * 60_000);
        for (const instant of [startsAt, endsAt]) expect(readMailTime(instant, there)).toBe(clockIn(there, instant));
        const about = { title: '', teacherName: '', classKey: 'k', scheduleVersion: 1, joinUrl: '', host: 'h' };
        const file = presentClassCalendar({ ...about, startsAt, durationMinutes }, new Date(0));
        expect(readCalendarFile(file).entry).toMatchObject({ startsAt, endsAt });
        const wish = { topic: '', agenda: '', registration: true, startsAt, durationMinutes, timeZone: zone };
        expect(readStartTime(meetingBody(wish).start_time, zone)).toBe(startsAt.getTime());
      },
    ),
    { numRuns: 300 },
  );
});

/** "Mar 28, 2027 3:30 AM (Europe/Berlin)" as a person there reads it. */
function readMailTime(instant: Date, zone: string): string {
  const text = formatInstant(instant, zone);
  expect(text.endsWith(` (${zone})`)).toBe(true);
  const read = new Date(`${text.replace(/ \(.*$/, '')} UTC`);
  return read.toISOString().slice(0, 16);
}
