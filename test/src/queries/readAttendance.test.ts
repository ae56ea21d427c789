import fc from 'fast-check';
import { concludeAttendance } from '../../../src/domain/attendance';
import { addMinutes } from '../../../src/domain/clock';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { readAttendance } from '../../../src/queries/readAttendance';
import { buildAttendedClass, type AttendedStay } from '../../factories/attendedClasses';
import { buildMeeting } from '../../factories/meetings';
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
        expect(await conclude(each)).toEqual([[35, ['by_account']], [0, ['maybe_unknown']], 1]);
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

describe('a teacher who tried a room of which neither the end nor their leaving was told', () => {
  /** That room was lost, and in the next one nobody came. */
  async function buildTried(nextRoomAt: number) {
    const said = { state: 'ready', liveAt: null, endedAt: null, closedAt: null } as const;
    const { classDate } = await buildAttendedClass(website.deps, [['teacher', -10, null]], said);
    const { id: classDateId, startsAt } = classDate;
    const at = (minutes: number) => addMinutes(startsAt, minutes);
    const room = await ZoomMeeting.findOne({ where: { classDateId }, rejectOnEmpty: true });
    await ZoomMeetingInstance.update({ startedAt: at(-10), endedAt: null }, { where: { zoomMeetingId: room.id } });
    await room.update({ isCurrent: null, state: 'gone' });
    await buildMeeting(website.deps.encryption, classDate, { generation: 2, createdAt: at(nextRoomAt) });
    await classDate.update({ state: 'ended', watchedAt: at(5), endedAt: at(60), closedAt: at(75) });
    const { teacher } = concludeAttendance((await readAttendance(classDate, new Date())).facts);
    return teacher;
  }

  it('was absent where Zoom said before that room was lost that it does not run', async () => {
    expect(await buildTried(10)).toMatchObject({ verdict: 'absent', presentSeconds: 0 });
  });

  it('may have stayed in it where it was of the next room that Zoom said so', async () => {
    expect(await buildTried(-2)).toMatchObject({ verdict: 'present', doubts: ['end_unknown', 'no_list'] });
  });
});
