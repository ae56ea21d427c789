import fc from 'fast-check';
import { concludeAttendance } from '../../../src/domain/attendance';
import { readAttendance } from '../../../src/queries/readAttendance';
import { buildAttendedClass, type AttendedStay } from '../../factories/attendedClasses';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const SAM = { name: 'Sam', zoomUserId: 'zoom-sam' };

/** Of student and guest, minutes and doubts; and how many nobody knows. */
async function conclude(stays: readonly AttendedStay[]) {
  const { classDate } = await buildAttendedClass(website.deps, stays);
  const { students, strangers } = concludeAttendance((await readAttendance(classDate, new Date())).facts);
  return [...students.map(({ presentSeconds, doubts }) => [presentSeconds / 60, doubts]), strangers.length];
}

describe('somebody who comes without their own link, signed in at Zoom', () => {
  it('is the one whose link that account was used with in another stay, whichever was first, and not surely', async () => {
    const stays: readonly AttendedStay[] = [
      ['teacher', 0, 60],
      [{ ...SAM, pass: 'student' }, 0, 20],
      [SAM, 25, 40],
      [{ name: 'iPhone' }, 30, 35],
    ];
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...stays], { minLength: stays.length }), async (each) => {
        expect(await conclude(each)).toEqual([[35, ['by_account']], [0, []], 1]);
      }),
      { numRuns: 6 },
    );
  });

  it.each<[string, AttendedStay[]]>([
    [
      'two links',
      [
        [{ ...SAM, pass: 'student' }, 0, 20],
        [{ ...SAM, pass: 'guest' }, 0, 20],
      ],
    ],
    [
      'no link but one for another account',
      [
        [{ ...SAM, pass: 'student', zoomUserId: 'zoom-other' }, 0, 20],
        [{ name: 'guest', pass: 'guest' }, 0, 20],
      ],
    ],
  ])('stays a stranger where it was used with %s', async (_what, others) => {
    expect(await conclude([...others, [SAM, 25, 40]])).toEqual([[20, []], [20, []], 1]);
  });
});
