import { dropRegistrant } from '../../../src/commands/dropRegistrant';
import { saveListedStay } from '../../../src/commands/saveListedStay';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { newUuid } from '../../support/meetingEvents';
import {
  at,
  buildToldRoom,
  startToldScene,
  tell,
  type Told,
  type ToldRoom,
  type ToldScene,
} from '../../support/toldClass';

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

/** Somebody's coming and going in one run of the meeting. */
function comesAndGoes({ meeting }: ToldRoom, uuid: string, participant: object): Told[] {
  const word = (event: string, second: number, time: string): Told => ({
    second,
    event: `meeting.participant_${event}`,
    object: { id: meeting.meetingId, uuid, participant: { ...participant, [time]: at(second) } },
  });
  return [word('joined', 0, 'join_time'), word('left', 600, 'leave_time')];
}

async function matches(uuid: string): Promise<string[][]> {
  const { id: instanceId } = await ZoomMeetingInstance.findOne({ where: { uuid }, rejectOnEmpty: true });
  const stays = await ZoomParticipant.findAll({ where: { instanceId }, order: ['zoomSessionUserId'] });
  return stays.map(({ zoomSessionUserId, matchedBy }) => [zoomSessionUserId, matchedBy]);
}

it('a stay that Zoom’s list told first rests on both once its message comes, which is no news', async () => {
  const room = await buildToldRoom(scene, 1);
  const uuid = newUuid();
  const [come, go] = comesAndGoes(room, uuid, { user_id: '1', user_name: 'Sam' });
  if (!come || !go) throw new Error('Nobody came.');
  await tell(scene, come);
  await tell(scene, go);
  const { id: instanceId } = await ZoomMeetingInstance.findOne({ where: { uuid }, rejectOnEmpty: true });
  await ZoomParticipant.update({ source: 'zoom_list' }, { where: { instanceId } });
  const settledAt = at(4_000);
  await room.classDate.update({ state: 'settled', closedAt: settledAt, settledAt });
  await tell(scene, go);
  const { source } = await ZoomParticipant.findOne({ where: { instanceId }, rejectOnEmpty: true });
  expect([source, (await room.classDate.reload()).evidenceAt]).toEqual(['both', null]);
});

describe('whose a stay is', () => {
  it('is known of its parts too once Zoom’s list names the person', async () => {
    const room = await buildToldRoom(scene, 1);
    const [pass] = room.passes;
    if (!pass?.registrantId) throw new Error('Nobody has a pass.');
    const uuid = newUuid();
    const [come] = comesAndGoes(room, uuid, { user_id: '1', user_name: 'Sam' });
    const [inBreakout] = comesAndGoes(room, uuid, { user_id: '2', parent_user_id: '1' });
    for (const told of [come, inBreakout]) if (told) await tell(scene, told);
    const run = await ZoomMeetingInstance.findOne({ where: { uuid }, rejectOnEmpty: true });
    const nothing = { zoomUserId: null, email: null, inWaitingRoom: false, leftAtOnce: false, seconds: 600 };
    const stay = { sessionUserId: '1', name: 'Sam', joinTime: at(0), leaveTime: at(600), ...nothing };
    const row = { ...stay, registrantId: pass.registrantId };
    await scene.deps.db.transaction((transaction) =>
      saveListedStay(run, row, { passes: room.passes, hosts: [] }, transaction),
    );
    expect(await matches(uuid)).toEqual([
      ['1', 'registrant'],
      ['2', 'registrant'],
    ]);
  });

  it('stays the same when they have another registrant meanwhile, whatever is told then or read again', async () => {
    const room = await buildToldRoom(scene, 1);
    const [pass] = room.passes;
    if (!pass) throw new Error('Nobody has a pass.');
    const uuid = newUuid();
    const [come, go] = comesAndGoes(room, uuid, { user_id: '1', registrant_id: pass.registrantId });
    const [late] = comesAndGoes(room, uuid, { user_id: '2', registrant_id: pass.registrantId });
    if (!come || !go || !late) throw new Error('Nobody came.');
    await tell(scene, come);
    await pass.update({ linkMeetingId: room.meeting.id });
    await scene.deps.db.transaction((transaction) => dropRegistrant(pass, transaction));
    await pass.update({ registrantId: 'of-the-next-meeting' });
    for (const told of [come, go, late]) await tell(scene, told);
    expect(await matches(uuid)).toEqual([
      ['1', 'registrant'],
      ['2', 'registrant'],
    ]);
  });

  it('stays the same when they have another address meanwhile', async () => {
    const room = await buildToldRoom(scene, 1);
    const [pass] = room.passes;
    const uuid = newUuid();
    const [come, go] = comesAndGoes(room, uuid, { user_id: '1', email: pass?.email });
    if (!come || !go) throw new Error('Nobody came.');
    await tell(scene, come);
    await pass?.update({ email: 'corrected@example.test' });
    await tell(scene, go);
    expect(await matches(uuid)).toEqual([['1', 'email']]);
  });
});
