import { addMinutes } from '../../src/domain/clock';
import { QUEUES } from '../../src/domain/queues';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { startsSoon } from '../../src/queries/startsSoon';
import { buildClassDate } from '../factories/classes';
import { bookHerd } from '../support/classHerd';
import { handleOf, reaches } from '../support/classScene';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { buildConnectedTeacher } from '../support/teachers';

const CLASSES = 15;
/** Five minutes later the reminder does not wait for a room. */
const JUST_OPEN = new Date(Date.now() - 30_000);

let scene: DevScene;

beforeAll(async () => {
  scene = await startDevScene();
});

afterAll(() => scene.close());

/** Many that open at one instant, all of whose rooms are wanted by now. */
async function bookMany(): Promise<ClassDate[]> {
  const { deps, zoom } = scene.stack;
  const teachers = [await buildConnectedTeacher(deps, zoom)];
  const opensAt = () => JUST_OPEN;
  const classDates = await bookHerd(deps, { teachers, classes: CLASSES, recipients: 2, opensAt, rehearsed: true });
  for (const classDate of classDates) await deps.temporal.hintClassDate(classDate, 'booked');
  for (const classDate of classDates) {
    await eventually('its room waits to be made', async () => {
      const { raw } = await handleOf(scene, classDate).describe();
      return raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'makeMeeting');
    });
  }
  return classDates;
}

/** How the waits for the rooms of others have ended so far, or not. */
async function waitsOf(classDate: ClassDate): Promise<string[]> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  const started = (events ?? []).filter(
    ({ timerStartedEventAttributes: timer, userMetadata }) =>
      timer && Buffer.from(userMetadata?.summary?.data ?? []).toString() === '"rooms of others first"',
  );
  return started.map(({ eventId }) => {
    const ends = (attributes: { readonly startedEventId?: unknown } | null | undefined) =>
      String(attributes?.startedEventId) === String(eventId);
    if (events?.some(({ timerFiredEventAttributes: fired }) => ends(fired))) return 'it was long enough';
    if (events?.some(({ timerCanceledEventAttributes: cancelled }) => ends(cancelled))) return 'something happened';
    return 'waits';
  });
}

it('a class that begins within five minutes does not wait', async () => {
  const now = new Date();
  const starts = async (minutes: number) =>
    startsSoon((await buildClassDate({ startsAt: addMinutes(now, minutes) })).id, now);
  expect(await Promise.all([-3, 4, 6].map(starts))).toEqual([true, true, false]);
});

it('when many open at once, a class with its room leaves its mails for the rooms of others, unless something happens to it', async () => {
  const goOn = await scene.stack.holdUp(QUEUES.zoom);
  const classDates = await bookMany();
  await goOn();
  for (const classDate of classDates) await reaches(classDate, 'ready');
  const waiting = await eventually('one waits', async () => {
    for (const classDate of classDates) if ((await waitsOf(classDate)).includes('waits')) return classDate;
    return null;
  });

  await scene.stack.deps.temporal.hintClassDate(waiting, 'roster changed');
  await eventually('it goes on', async () => (await waitsOf(waiting)).includes('something happened'));
  for (const { id: classDateId } of classDates) {
    await eventually('its people are mailed', async () => {
      return (await MailDelivery.count({ where: { classDateId, state: 'sent' } })) === 3;
    });
  }
  const waits = (await Promise.all(classDates.map(waitsOf))).flat();
  expect(waits).toContain('it was long enough');
  expect(waits).not.toContain('waits');
});
