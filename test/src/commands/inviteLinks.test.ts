import { addMinutes } from '../../../src/domain/clock';
import { ZoomDailyLimit } from '../../../src/zoom/errors';
import { minutesOf, startHeldClasses, type HeldClasses } from '../../support/heldClasses';
import { LICENSED_HOST } from '../../support/teachers';
import { BASIL } from '../../support/zoomConsent';

const EVERYTHING = ['meeting.started', 'meeting.participant_joined', 'meeting.participant_left', 'meeting.ended'];

let scene: HeldClasses;

beforeAll(async () => {
  scene = await startHeldClasses();
});

beforeEach(() => scene.behave());

afterAll(() => scene.close());

describe('a student who comes by an invite link, of which Zoom tells a name only', () => {
  it('is known by the number in it, but not surely', async () => {
    const room = await scene.buildRoom(BASIL);
    scene.hold(room, 'invite');
    await scene.hear(...EVERYTHING);
    expect(await scene.settle(room)).toMatchObject({ state: 'settled', outcome: 'held' });
    expect(await minutesOf(room)).toEqual([
      [30, 'no_list'],
      [20, 'by_name no_list'],
    ]);
  });

  it('is known from Zoom’s list, too, where the host is licensed and only their address was refused', async () => {
    const { deps } = scene;
    const addRegistrants = () => Promise.reject(new ZoomDailyLimit(addMinutes(new Date(), 600), 'registrant'));
    const room = await scene.buildRoom(LICENSED_HOST, { ...deps, zoom: { ...deps.zoom, addRegistrants } });
    scene.site.zoom.control.setBehaviour({ processingDelayMs: 0 });
    scene.hold(room, 'invite');
    await scene.settle(room);
    expect(await minutesOf(room)).toEqual([
      [30, ''],
      [20, 'by_name'],
    ]);
  });

  it('who came by the meeting’s own link instead may be who was there, which is said', async () => {
    const room = await scene.buildRoom(BASIL);
    scene.hold(room, 'plain');
    await scene.hear(...EVERYTHING);
    await scene.settle(room);
    expect(await minutesOf(room)).toEqual([
      [30, 'no_list'],
      [0, 'no_list maybe_unknown'],
    ]);
  });
});
