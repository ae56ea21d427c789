import fc from 'fast-check';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { ZoomWait } from '../../../src/models/ZoomWait';
import { findWaits } from '../../../src/queries/findWaits';
import { at, buildToldRoom, startToldScene, tell, type ToldScene } from '../../support/toldClass';

const USER = 16_778_240;

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

async function buildRoom() {
  const { classDate, meeting, passes } = await buildToldRoom(scene, 2);
  const [pass, other] = passes;
  if (!pass || !other) throw new Error('Two have passes.');
  const word = (event: string, second: number, user: number, who: object = {}) => {
    const participant = { user_id: String(user), user_name: 'Sam', date_time: at(second).toISOString(), ...who };
    const object = { id: meeting.meetingId, uuid: `run${meeting.meetingId}`, participant };
    return { second, event: `meeting.participant_${event}`, object };
  };
  return { classDate, meeting, pass, other, word };
}

it('says the same of a wait in whatever order and however often it was told, and it is no attendance', async () => {
  const orders = fc.array(fc.nat(3), { maxLength: 4 }).chain((again) => fc.shuffledSubarray([0, 1, 2, 3, ...again]));
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const { classDate, meeting, pass, word } = await buildRoom();
      const who = { registrant_id: pass.registrantId };
      const words = [
        word('joined_waiting_room', 0, USER, who),
        word('admitted', 90, USER),
        word('put_in_waiting_room', 200, USER + 1_024, who),
        word('left_waiting_room', 230, USER + 1_024, who),
      ];
      for (const index of [...order, 0, 1, 2, 3]) {
        const told = words[index];
        if (told) await tell(scene, told);
      }
      expect(await ZoomWait.count({ where: { zoomMeetingId: meeting.id } })).toBe(2);
      expect(await findWaits(classDate, null)).toEqual(new Map([[pass.id, 120]]));
      expect(await ZoomMeetingInstance.count({ where: { zoomMeetingId: meeting.id } })).toBe(0);
    }),
    { numRuns: 15, endOnFailure: true },
  );
  expect([await ZoomParticipant.count(), await ClassAttendance.count()]).toEqual([0, 0]);
});

describe('a wait whose words match different people', () => {
  const words = ['joined_waiting_room', 'put_in_waiting_room', 'admitted', 'left_waiting_room'];
  const first = (how: string) => ({ whose: 'first' as const, how });
  const second = (how: string) => ({ whose: 'second' as const, how });
  const orders = fc
    .array(fc.nat(words.length - 1), { maxLength: 4 })
    .chain((again) => fc.shuffledSubarray([0, 1, 2, 3, ...again], { minLength: 4 + again.length }));

  it.each([
    ['the surer’s, whoever else is named', [first('email'), second('registrant'), null, first('email')], 'second'],
    ['the surer’s, also when that is who has the older pass', [second('email'), null, first('registrant')], 'first'],
    ['the same one’s always, where both are as sure', [second('email'), first('email'), null], 'first'],
    ['the same one’s always, by two links', [second('registrant'), first('registrant'), second('email')], 'first'],
  ] as const)('is %s, in whatever order and however often they are told', async (_whose, told, expected) => {
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const { meeting, pass, other, word } = await buildRoom();
        const identity = (match: (typeof told)[number] | undefined) => {
          if (!match) return {};
          const { registrantId, email } = match.whose === 'first' ? pass : other;
          return match.how === 'registrant' ? { registrant_id: registrantId } : { email };
        };
        for (const index of order) {
          await tell(scene, word(words[index] ?? '', index * 60, USER, identity(told[index])));
        }
        const { passId, beganAt, endedAt } = await ZoomWait.findOne({
          where: { zoomMeetingId: meeting.id },
          rejectOnEmpty: true,
        });
        expect(passId).toBe(expected === 'first' ? pass.id : other.id);
        expect([beganAt, endedAt]).toEqual([at(0), at(180)]);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });
});

it('counts who is waiting still until now, and nothing of a wait without an end once the class is over', async () => {
  const { classDate, pass, word } = await buildRoom();
  await tell(scene, word('joined_waiting_room', 60, USER, { email: pass.email }));
  expect(await findWaits(classDate, at(180))).toEqual(new Map([[pass.id, 120]]));
  expect(await findWaits(classDate, null)).toEqual(new Map());
});
