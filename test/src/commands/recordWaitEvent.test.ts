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
  const { classDate, meeting, passes } = await buildToldRoom(scene, 1);
  const [pass] = passes;
  if (!pass) throw new Error('One has a pass.');
  const word = (event: string, second: number, user: number, who: object = {}) => {
    const participant = { user_id: String(user), user_name: 'Sam', date_time: at(second).toISOString(), ...who };
    const object = { id: meeting.meetingId, uuid: `run${meeting.meetingId}`, participant };
    return { second, event: `meeting.participant_${event}`, object };
  };
  return { classDate, meeting, pass, word };
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
      expect(await findWaits(classDate.id, null)).toEqual(new Map([[pass.id, 120]]));
      expect(await ZoomMeetingInstance.count({ where: { zoomMeetingId: meeting.id } })).toBe(0);
    }),
    { numRuns: 15, endOnFailure: true },
  );
  expect([await ZoomParticipant.count(), await ClassAttendance.count()]).toEqual([0, 0]);
});

it('counts who is waiting still until now, and nothing of a wait without an end once the class is over', async () => {
  const { classDate, pass, word } = await buildRoom();
  await tell(scene, word('joined_waiting_room', 60, USER, { email: pass.email }));
  expect(await findWaits(classDate.id, at(180))).toEqual(new Map([[pass.id, 120]]));
  expect(await findWaits(classDate.id, null)).toEqual(new Map());
});
