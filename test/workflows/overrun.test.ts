import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { ClassRisk } from '../../src/models/ClassRisk';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { at, book, finish, handleOf, reaches } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { openWebhookDoor, type WebhookDoor } from '../support/webhookDoor';

/** Two classes of one host, the second from the planned end of the first on. */

let scene: SkippingScene;
let door: WebhookDoor;

beforeAll(async () => {
  scene = await startSkippingScene();
  door = await openWebhookDoor(scene.stack.deps);
});

afterAll(async () => {
  await door.close();
  await scene.close();
});

const booked: ClassDate[] = [];

afterEach(async () => {
  for (const classDate of booked.splice(0)) await finish(scene, classDate);
});

interface BackToBack {
  readonly first: ClassDate;
  readonly second: ClassDate;
  readonly end: () => void;
}

/** The first one has begun. */
async function backToBack(): Promise<BackToBack> {
  const { control } = scene.stack.zoom;
  control.setWebhookUrl(door.url);
  const first = await book(scene, { minutesAhead: 20 });
  const second = await book(scene, { minutesAhead: 80, teacherId: first.teacherId });
  booked.push(first, second);
  await reaches(first, 'ready');
  const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: first.id }, rejectOnEmpty: true });
  const id = meetingId ?? '';
  await at(scene, first, 1);
  whenZoomHas(addMinutes(first.startsAt, 1), () => control.hostStart(id));
  await reaches(first, 'live');
  return { first, second, end: () => whenZoomHas(addMinutes(first.startsAt, 60), () => control.end(id)) };
}

/** Zoom's clock goes by the machine's. */
function whenZoomHas(now: Date, act: () => unknown): void {
  const { control } = scene.stack.zoom;
  const aheadMs = now.getTime() - control.now();
  control.advanceClock(aheadMs);
  act();
  control.advanceClock(-aheadMs);
}

const openRisks = ({ id: classDateId }: ClassDate) =>
  ClassRisk.count({ where: { classDateId, kind: 'overrun', isOpen: true } });
const tellings = ({ id: classDateId }: ClassDate) =>
  MailDelivery.count({ where: { classDateId, kind: 'class_at_risk', state: 'sent' } });

async function looks(classDate: ClassDate): Promise<number> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  const types = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  return types.filter((type) => type === 'lookAtOverrun').length;
}

it('the second is at risk two minutes after the first should have ended: told once, and cleared when it ends', async () => {
  const { first, second, end } = await backToBack();
  await at(scene, first, 61.5);
  expect([await looks(first), await openRisks(second)]).toEqual([0, 0]);
  await at(scene, first, 62);
  await eventually('the host is told', async () => (await tellings(second)) === 1);
  expect(await openRisks(second)).toBe(1);
  await at(scene, first, 68);
  expect([await looks(first), await tellings(second)]).toEqual([1, 1]);
  end();
  await reaches(first, 'ended');
  expect(await openRisks(second)).toBe(0);
  expect((await first.reload()).closedAt).toBeNull();
});

it('nobody is told where the first is over in time, or a little later', async () => {
  const { first, second, end } = await backToBack();
  await at(scene, first, 60.5);
  end();
  await reaches(first, 'ended');
  await at(scene, first, 74);
  expect(await looks(first)).toBe(0);
  expect(await ClassRisk.count({ where: { classDateId: second.id, kind: 'overrun' } })).toBe(0);
});

it('nor where the word that it ended was lost, since Zoom is asked', async () => {
  const { first, second, end } = await backToBack();
  scene.stack.zoom.control.setWebhookUrl(undefined);
  end();
  await at(scene, first, 62);
  await eventually('Zoom is asked', async () => (await looks(first)) === 1);
  await eventually('its answer is noted', async () => (await first.reload()).nextAttemptAt);
  expect(first.state).toBe('live');
  expect(await ClassRisk.count({ where: { classDateId: second.id, kind: 'overrun' } })).toBe(0);
});
