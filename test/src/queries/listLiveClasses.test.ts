import fc from 'fast-check';
import { liveClassOf } from '../../../src/presenters/liveClass';
import { listLiveClasses } from '../../../src/queries/listLiveClasses';
import { deliveries, modelClasses, type ModelClass, type ModelStay } from '../../support/classModel';
import {
  at,
  atZoom,
  buildToldRoom,
  countEvents,
  eventsOf,
  startToldScene,
  tell,
  type ToldScene,
} from '../../support/toldClass';

let scene: ToldScene;

beforeAll(async () => {
  scene = await startToldScene();
});

afterAll(() => scene.close());

/** Since when they are in at that second, however many devices they are in with; null when they are not. */
function sinceInModel(stays: readonly ModelStay[], second: number): Date | null {
  const open = stays.filter(({ from, to }) => from <= second && second < to);
  return open.length === 0 ? null : at(Math.min(...open.map(({ from }) => from)));
}

function insideInModel({ host, students, stranger }: ModelClass, second: number) {
  const since = students.map((stays) => sinceInModel(stays, second)).filter((one) => one !== null);
  return {
    hostSince: sinceInModel(host, second),
    students: since.map((one) => one.getTime()).sort((one, other) => one - other),
    // Nothing ties two stays of a mere name together.
    strangers: stranger.filter(({ from, to }) => from <= second && second < to).length,
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
      const room = await buildToldRoom(scene, model.students.length);
      const events = eventsOf(atZoom(scene, model, room));
      for (const index of order) {
        const event = events[index];
        if (event && event.second <= second) await tell(scene, event);
      }
      expect(await insideOnPage(room.classDate.id, second)).toEqual(insideInModel(model, second));
    }),
    { numRuns: 25, endOnFailure: true },
  );
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
