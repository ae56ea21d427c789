import fc from 'fast-check';
import { liveClassOf } from '../../../src/presenters/liveClass';
import { listLiveClasses } from '../../../src/queries/listLiveClasses';
import {
  deliveries,
  isInFormer,
  modelClasses,
  partsOf,
  type ModelClass,
  type ModelStay,
} from '../../support/classModel';
import {
  at,
  atZoom,
  buildToldRoom,
  countEvents,
  eventsOf,
  startToldScene,
  tell,
  tellAll,
  type ToldScene,
} from '../../support/toldClass';

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

const isOpen =
  (second: number) =>
  ({ from, to }: Pick<ModelStay, 'from' | 'to'>) =>
    from <= second && second < to;

/**
 * Since when they are in at that second, however many devices they are in with, as Zoom has it; null when they are not.
 */
function sinceInModel(stays: readonly ModelStay[], second: number): Date | null {
  const parts = stays.map(partsOf).flatMap(({ inMeeting, inRooms }) => [...inMeeting, ...inRooms]);
  const open = parts.filter(isOpen(second));
  return open.length === 0 ? null : at(Math.min(...open.map(({ from }) => from)));
}

function insideInModel(model: ModelClass, second: number) {
  const { former = null, host, students, stranger } = model;
  // Whoever is in the room that the class had before is not in the class.
  const inRoom = (stay: ModelStay) => former === null || second < former.until === isInFormer(model, stay);
  const sinceOf = (stays: readonly ModelStay[]) => sinceInModel(stays.filter(inRoom), second);
  const since = students.map(sinceOf).filter((one) => one !== null);
  return {
    hostSince: sinceOf(host),
    students: since.map((one) => one.getTime()).sort((one, other) => one - other),
    // Nothing ties two stays of a mere name together.
    strangers: stranger.filter(inRoom).filter(isOpen(second)).length,
  };
}

async function insideOnPage(classDateId: number, second: number) {
  const rows = await listLiveClasses(scene.deps.db, at(second), null);
  const row = rows.find(({ id }) => id === classDateId);
  if (!row) return { hostSince: null, students: [], strangers: 0 };
  const { hostSince, people } = liveClassOf(row, at(second));
  const known = people.filter((person) => person.known);
  return {
    hostSince,
    students: known.map(({ since }) => since.getTime()).sort((one, other) => one - other),
    strangers: people.length - known.length,
  };
}

it('shows who is in at any second, in whatever order and however often it was told', async () => {
  const moments = modelClasses.chain((model) =>
    fc.record({ model: fc.constant(model), order: deliveries(countEvents(model)), second: fc.nat(3_700) }),
  );
  await fc.assert(
    fc.asyncProperty(moments, async ({ model, order, second }) => {
      const room = await buildToldRoom(scene, model.students.length, model.former);
      const zoom = atZoom(scene, model, room);
      const events = eventsOf(zoom);
      const words = order.flatMap((index) => events[index] ?? []);
      await tellAll(
        scene,
        room,
        zoom,
        words.filter((word) => word.second <= second),
      );
      expect(await insideOnPage(room.classDate.id, second)).toEqual(insideInModel(model, second));
    }),
    { numRuns: 9, endOnFailure: true },
  );
});

it('shows somebody once who is in a breakout room, also when a name is all that Zoom knows of them', async () => {
  const room = await buildToldRoom(scene, 1);
  const run = { from: 0, to: 600 };
  const whole = { run: 0, ...run };
  const inRoom = { from: 60, to: 300, leaving: false, named: false };
  const away = { ...whole, breakouts: [inRoom] };
  const model = { runs: [run], host: [away], students: [[away]], stranger: [away, whole] };
  for (const event of eventsOf(atZoom(scene, model, room))) if (event.second <= 60) await tell(scene, event);
  expect(await insideOnPage(room.classDate.id, 120)).toEqual({
    hostSince: at(0),
    students: [at(0).getTime()],
    strangers: 2,
  });
});

it('counts nobody among those who are expected whose pass was withdrawn, though they are in still', async () => {
  const room = await buildToldRoom(scene, 3);
  const stay = { run: 0, from: 0, to: 600 };
  const model = { runs: [stay], host: [stay], students: [[stay], [stay], [stay]], stranger: [] };
  const events = eventsOf(atZoom(scene, model, room));
  for (const event of events.filter(({ second }) => second === 0)) await tell(scene, event);
  await room.passes[0]?.update({ revokedAt: new Date() });
  const rows = await listLiveClasses(scene.deps.db, at(60), null);
  const row = rows.find(({ id }) => id === room.classDate.id);
  if (!row) throw new Error('The class is not live.');
  const { present, expected, people } = liveClassOf(row, at(60));
  expect({ present, expected, people: people.length }).toEqual({ present: 2, expected: 2, people: 3 });
});
