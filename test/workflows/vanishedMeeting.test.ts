import { connectZoom } from '../../src/commands/connectZoom';
import { NOTHING_OF_ZOOM } from '../../src/commands/nothingOfZoom';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { ClassRisk } from '../../src/models/ClassRisk';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { at, book, finish, openRooms, reaches } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';
import { consentOf, LICENSED_HOST } from '../support/teachers';
import { openWebhookDoor, type WebhookDoor } from '../support/webhookDoor';

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

interface Ready {
  readonly classDate: ClassDate;
  readonly meetingId: string;
}

/** A class with its room and everybody's way in. */
async function readyClass({ told }: { told: boolean }): Promise<Ready> {
  scene.stack.zoom.control.setWebhookUrl(told ? door.url : undefined);
  const classDate = await book(scene, { minutesAhead: 60 });
  booked.push(classDate);
  await at(scene, classDate, -29.9);
  await reaches(classDate, 'ready');
  await everybodyHasALink(classDate);
  return { classDate, meetingId: (await currentMeeting(classDate))?.meetingId ?? '' };
}

function currentMeeting({ id: classDateId }: ClassDate): Promise<ZoomMeeting | null> {
  return ZoomMeeting.findOne({ where: { classDateId, isCurrent: true, state: 'created' } });
}

async function everybodyHasALink({ id: classDateId }: ClassDate): Promise<ZoomSecureToken[]> {
  return eventually('everybody has a link', async () => {
    const passes = await ZoomSecureToken.findAll({ where: { classDateId }, order: ['id'] });
    return passes.every(({ registrantId }) => registrantId !== null) ? passes : null;
  });
}

/** One room again, another one, behind the same passes, and nobody mailed about it. */
async function hasAnotherRoom({ classDate, meetingId }: Ready, passes: readonly ZoomSecureToken[]): Promise<void> {
  const mails = await MailDelivery.count({ where: { classDateId: classDate.id, kind: 'class_reminder' } });
  await eventually('it has another room', async () => {
    const meeting = await currentMeeting(classDate);
    return meeting?.meetingId && meeting.meetingId !== meetingId;
  });
  await reaches(classDate, 'ready');
  expect(await openRooms(scene, classDate)).toBe(1);
  const after = await eventually('everybody has a new link', async () => {
    const now = await everybodyHasALink(classDate);
    return now.every(({ registrantId }, index) => registrantId !== passes[index]?.registrantId) ? now : null;
  });
  expect(after.map(({ id, token }) => [id, token])).toEqual(passes.map(({ id, token }) => [id, token]));
  expect(await MailDelivery.count({ where: { classDateId: classDate.id, kind: 'class_reminder' } })).toBe(mails);
}

it('a room that is deleted in Zoom before the class is followed by another', async () => {
  const ready = await readyClass({ told: true });
  const passes = await everybodyHasALink(ready.classDate);
  scene.stack.zoom.control.delete(ready.meetingId);
  await hasAnotherRoom(ready, passes);
});

it('so is one of whose deletion no word arrived, shortly before the class', async () => {
  const ready = await readyClass({ told: false });
  const passes = await everybodyHasALink(ready.classDate);
  scene.stack.zoom.control.delete(ready.meetingId);
  await at(scene, ready.classDate, -6);
  expect((await currentMeeting(ready.classDate))?.meetingId).toBe(ready.meetingId);
  await at(scene, ready.classDate, -4.9);
  await hasAnotherRoom(ready, passes);
});

it('one that was deleted after that look is missed once the class should have started', async () => {
  const ready = await readyClass({ told: false });
  const passes = await everybodyHasALink(ready.classDate);
  await at(scene, ready.classDate, -1);
  scene.stack.zoom.control.delete(ready.meetingId);
  await at(scene, ready.classDate, 5.1);
  await hasAnotherRoom(ready, passes);
});

it('one that its teacher has left in another Zoom account is followed by another at once', async () => {
  const ready = await readyClass({ told: false });
  const passes = await everybodyHasALink(ready.classDate);
  const { deps, zoom } = scene.stack;
  const { teacherId } = ready.classDate;
  zoom.control.deauthorize(LICENSED_HOST, { webhook: false });
  await ZoomConnection.update({ ...NOTHING_OF_ZOOM, state: 'needs_reconnect' }, { where: { userId: teacherId } });
  await connectZoom(deps, teacherId, consentOf(zoom, 'grace.hopper@teachers.example'), THE_SYSTEM);
  // Nobody is told, and by itself nobody would look for it so early.
  zoom.control.delete(ready.meetingId);
  await hasAnotherRoom(ready, passes);
});

it('one that was tried before the class and deleted then is followed by another', async () => {
  const ready = await readyClass({ told: true });
  const passes = await everybodyHasALink(ready.classDate);
  const { control } = scene.stack.zoom;
  control.hostStart(ready.meetingId);
  await reaches(ready.classDate, 'live');
  control.end(ready.meetingId);
  await reaches(ready.classDate, 'ended');
  control.delete(ready.meetingId);
  await hasAnotherRoom(ready, passes);
});

it('a class that was live and lost its room is held, whether or not there was another', async () => {
  const { classDate, meetingId } = await readyClass({ told: true });
  const { control } = scene.stack.zoom;
  await at(scene, classDate, 1);
  // Zoom's clock goes by the machine's, to which all of this is a try before the start.
  const ahead = addMinutes(classDate.startsAt, 1).getTime() - control.now();
  control.advanceClock(ahead);
  control.hostStart(meetingId);
  await reaches(classDate, 'live');
  control.end(meetingId);
  await reaches(classDate, 'ended');
  control.advanceClock(-ahead);
  control.addFault({ kind: 'status', status: 503, operation: 'meetingCreate' });
  control.delete(meetingId);
  await reaches(classDate, 'preparing');
  await at(scene, classDate, 61);
  expect((await reaches(classDate, 'ended')).closedAt).not.toBeNull();
  control.clearFaults();
});

const tellings = ({ id: classDateId }: ClassDate) =>
  MailDelivery.count({ where: { classDateId, kind: 'class_at_risk', state: 'sent' } });

/** Flagged on the class's page, and told the teacher; the room stays. */
async function isFlagged({ classDate, meetingId }: Ready): Promise<void> {
  await eventually('the teacher is told', async () => (await tellings(classDate)) === 1);
  const [risk] = await ClassRisk.findAll({ where: { classDateId: classDate.id, isOpen: true } });
  expect([risk?.kind, risk?.detail]).toEqual(['meeting_changed', 'moved to 2027-01-01T10:00:00.000Z']);
  expect((await currentMeeting(classDate))?.meetingId).toBe(meetingId);
}

it('one that is moved in Zoom is flagged, told once, and stays; moved back, all is well', async () => {
  const ready = await readyClass({ told: true });
  const { classDate, meetingId } = ready;
  scene.stack.zoom.control.change(meetingId, { start_time: '2027-01-01T10:00:00Z' });
  await isFlagged(ready);
  await at(scene, classDate, -4);
  expect(await tellings(classDate)).toBe(1);
  scene.stack.zoom.control.change(meetingId, { start_time: `${classDate.startsAt.toISOString().slice(0, 19)}Z` });
  await eventually('the flag is taken back', async () => {
    const open = await ClassRisk.count({ where: { classDateId: classDate.id, isOpen: true } });
    return open === 0 && (await currentMeeting(classDate))?.lastError === null;
  });
});

it('one of whose move no word arrived is flagged and told once, shortly before the class', async () => {
  const ready = await readyClass({ told: false });
  scene.stack.zoom.control.change(ready.meetingId, { start_time: '2027-01-01T10:00:00Z' });
  await at(scene, ready.classDate, -4.9);
  await isFlagged(ready);
  await at(scene, ready.classDate, -1);
  expect(await tellings(ready.classDate)).toBe(1);
});
