import { down, up } from '../../../migrations/20261203000601-room-hosts';
import { connectZoom } from '../../../src/commands/connectZoom';
import { makeMeeting } from '../../../src/commands/makeMeeting';
import { NOTHING_OF_ZOOM } from '../../../src/commands/nothingOfZoom';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { startAsHost } from '../../../src/commands/startAsHost';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { buildRun } from '../../support/liveScene';
import { consentOf } from '../../support/teachers';

const ADA = 'ada.lovelace@teachers.example';
/** A colleague in the same Zoom account: of her rooms Zoom says that they cannot be accessed (3000). */
const EMMY = 'emmy.noether@teachers.example';
/** In another account: of hers it says that there are none (404). */
const GRACE = 'grace.hopper@teachers.example';

let driven: DrivenClasses;

beforeAll(async () => {
  driven = await startDrivenClasses();
});

afterAll(() => driven.close());

beforeEach(async () => {
  driven.zoom.control.clearFaults();
  driven.temporal.hints.splice(0);
  await ZoomConnection.destroy({ where: {} });
});

const connect = (teacherId: number, email: string) =>
  connectZoom(driven.deps, teacherId, consentOf(driven.zoom, email), THE_SYSTEM);

async function removeAppAtZoom(teacherId: number, email = ADA): Promise<void> {
  driven.zoom.control.deauthorize(email, { webhook: false });
  const lost = { state: 'needs_reconnect', stateReason: 'app_deauthorized' } as const;
  await ZoomConnection.update({ ...NOTHING_OF_ZOOM, ...lost }, { where: { userId: teacherId } });
}

/** A class in twenty minutes, with nothing done for it yet. */
async function buildClassOfAda(): Promise<ClassDate> {
  const { id: teacherId } = await buildUser('teacher');
  await connect(teacherId, ADA);
  const buyer = await buildUser('student');
  const order = await buildOrder({ teacherId, userId: buyer.id });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(driven.now(), 20) });
  await buildPass(driven.deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  return classDate;
}

/** The same with its room in Ada's account, and everybody's way in. */
async function buildReady() {
  const classDate = await buildClassOfAda();
  await driven.settle(classDate.id);
  expect((await classDate.reload()).state).toBe('ready');
  return { classDate, room: await roomOf(classDate) };
}

const roomOf = ({ id: classDateId }: ClassDate) =>
  ZoomMeeting.findOne({ where: { classDateId, isCurrent: true }, rejectOnEmpty: true });
const hostOf = (room: ZoomMeeting) =>
  driven.zoom.control.meetings().find(({ id }) => String(id) === room.meetingId)?.host;

/** Ready with a room there, into which everybody has a way, and which the teacher can start. */
async function isHeldAt(classDate: ClassDate, email: string): Promise<void> {
  const room = await roomOf(classDate);
  expect([(await classDate.reload()).state, hostOf(room)]).toEqual(['ready', email]);
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id } });
  expect(passes.map(({ linkMeetingId }) => linkMeetingId)).toEqual([room.id]);
  const startUrl = await startAsHost(driven.deps, classDate.teacherId, classDate.id, THE_SYSTEM);
  expect(startUrl).toContain(`/s/${room.meetingId}`);
}

/** The class has lost that room, and is held in another one in that account. */
async function isMoved({ classDate, room }: Awaited<ReturnType<typeof buildReady>>, other: string): Promise<void> {
  expect(await room.reload()).toMatchObject({ isCurrent: null, state: 'gone' });
  expect((await classDate.reload()).state).toBe('preparing');
  await driven.settle(classDate.id);
  await isHeldAt(classDate, other);
}

describe.each([
  ['of the same Zoom account', EMMY],
  ['of another Zoom account', GRACE],
])('a teacher who connects a user %s', (_whose, other) => {
  it('loses the room that a class kept when it was moved to another day', async () => {
    const { classDate, room } = await buildReady();
    const localStart = addMinutes(driven.now(), 24 * 60)
      .toISOString()
      .slice(0, 16);
    await rescheduleClass(driven.deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
    expect(await room.reload()).toMatchObject({ isCurrent: true, state: 'created' });
    driven.temporal.hints.splice(0);
    await connect(classDate.teacherId, other);
    expect(await room.reload()).toMatchObject({ isCurrent: null, state: 'gone' });
    expect((await classDate.reload()).state).toBe('scheduled');
    expect(driven.temporal.hints).toContain(`${classDate.id}: teacher reconnected`);
    driven.pass((24 * 60 - 20) * 60);
    await driven.settle(classDate.id);
    await isHeldAt(classDate, other);
  });

  it.each([
    ['ready', {}],
    ['tried', { state: 'ended', liveAt: new Date(), endedAt: new Date() }],
  ] as const)('after they have removed our app, loses the room of a class that is %s', async (_how, fields) => {
    const { classDate, room } = await buildReady();
    await classDate.update(fields);
    await removeAppAtZoom(classDate.teacherId);
    await connect(classDate.teacherId, other);
    await isMoved({ classDate, room }, other);
  });

  it('whose former account is gone from Zoom, loses the room as well', async () => {
    const { classDate, room } = await buildReady();
    const gone = { state: 'needs_reconnect', stateReason: 'owner_gone' } as const;
    await ZoomConnection.update(gone, { where: { userId: classDate.teacherId } });
    await connect(classDate.teacherId, other);
    expect(await room.reload()).toMatchObject({ isCurrent: null, state: 'gone' });
    await driven.settle(classDate.id);
    await isHeldAt(classDate, other);
  });

  it('whose class its host has left in the middle is refused while the former account works, and else loses the room', async () => {
    const { classDate, room } = await buildReady();
    driven.pass(40 * 60);
    const { startsAt } = classDate;
    const [liveAt, endedAt] = [addMinutes(startsAt, -5), addMinutes(startsAt, 5)];
    await buildRun(room, liveAt, endedAt);
    await classDate.update({ state: 'ended', liveAt, endedAt });
    await expect(connect(classDate.teacherId, other)).rejects.toMatchObject({ code: 'room_in_other_account' });
    await removeAppAtZoom(classDate.teacherId);
    await connect(classDate.teacherId, other);
    await isMoved({ classDate, room }, other);
    // The teacher did start it, if early, so nobody is told the opposite.
    const { id: classDateId } = classDate;
    expect(await OutcomeEvent.count({ where: { classDateId, type: 'class.teacher_absent' } })).toBe(0);
    expect(await MailDelivery.count({ where: { classDateId, kind: 'teacher_not_started' } })).toBe(0);
  });

  it('is not held up by a class that overran in an account of which nothing is told any more', async () => {
    const { classDate, room } = await buildReady();
    await classDate.update({ state: 'live', liveAt: classDate.startsAt });
    await removeAppAtZoom(classDate.teacherId);
    driven.pass(110 * 60);
    await connect(classDate.teacherId, other);
    expect(await ZoomConnection.findOne({ where: { userId: classDate.teacherId } })).toMatchObject({
      state: 'connected',
    });
    expect(await room.reload()).toMatchObject({ isCurrent: true, state: 'created' });
  });

  it('is refused while a class is live there: people are in its room', async () => {
    const { classDate, room } = await buildReady();
    const { classDate: earlier, room: roomOfEarlier } = await buildReadyBeside(classDate);
    await classDate.update({ state: 'live', liveAt: driven.now() });
    await removeAppAtZoom(classDate.teacherId);
    await expect(connect(classDate.teacherId, other)).rejects.toMatchObject({ code: 'room_in_other_account' });
    const connection = await ZoomConnection.findOne({ where: { userId: classDate.teacherId } });
    expect(connection).toMatchObject({ state: 'needs_reconnect', zoomUserId: null });
    expect(driven.zoom.control.tokensFor(other)).toBeUndefined();
    for (const kept of [room, roomOfEarlier]) {
      expect(await kept.reload()).toMatchObject({ isCurrent: true, state: 'created' });
    }
    expect((await earlier.reload()).state).toBe('ready');
  });

  it('leaves there what was still to be removed: Zoom would never do it', async () => {
    const { classDate, room } = await buildReady();
    const { hostHash, marker } = room;
    const given = await buildClassDate({ state: 'ready' });
    const going = { teacherId: classDate.teacherId, state: 'deleting', isCurrent: null, hostHash, marker } as const;
    const former = await buildMeeting(driven.deps.encryption, given, going);
    await classDate.update({ state: 'settled' });
    await connect(classDate.teacherId, other);
    expect((await former.reload()).state).toBe('gone');
    // Who was in the room of a class that is over is asked for as ever.
    expect(await room.reload()).toMatchObject({ isCurrent: true, state: 'created' });
  });
});

/** Another class of the same teacher, with a room there as well. */
async function buildReadyBeside({ teacherId }: ClassDate) {
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(driven.now(), 20) });
  await driven.settle(classDate.id);
  return { classDate, room: await roomOf(classDate) };
}

it('the same user who connects again after removing our app finds every room as it was', async () => {
  const { classDate, room } = await buildReady();
  await removeAppAtZoom(classDate.teacherId);
  await connect(classDate.teacherId, ADA);
  await driven.settle(classDate.id);
  expect(await room.reload()).toMatchObject({ isCurrent: true, state: 'created' });
  await isHeldAt(classDate, ADA);
});

it('an account that still works is not exchanged while a class is open in it', async () => {
  const { classDate, room } = await buildReady();
  await expect(connect(classDate.teacherId, GRACE)).rejects.toMatchObject({ code: 'room_in_other_account' });
  expect(await room.reload()).toMatchObject({ isCurrent: true, state: 'created' });
});

it('a room that is made while its teacher connects another account is given up at the next look', async () => {
  const classDate = await buildClassOfAda();
  const { zoom } = driven.deps;
  const createMeeting: typeof zoom.createMeeting = async (teacherId, request) => {
    const made = await zoom.createMeeting(teacherId, request);
    await removeAppAtZoom(teacherId);
    await connect(teacherId, EMMY);
    return made;
  };
  const meanwhile = { ...driven.deps, zoom: { ...zoom, createMeeting } };
  await makeMeeting(meanwhile, { classDateId: classDate.id, now: driven.now() });
  expect(hostOf(await roomOf(classDate))).toBe(ADA);
  await driven.settle(classDate.id);
  await isHeldAt(classDate, EMMY);
});

it('of rooms from before it is known where they are, if they were made since their teacher connected', async () => {
  const { classDate, room } = await buildReady();
  const older = await buildClassDate({ teacherId: classDate.teacherId, state: 'ready' });
  const unknown = await buildMeeting(driven.deps.encryption, older);
  // The database's instants go by the machine's clock here, which is behind.
  await ZoomConnection.update({ connectedAt: addMinutes(new Date(), -30) }, { where: {} });
  await ZoomMeeting.update({ createdAt: addMinutes(new Date(), -60) }, { where: { id: unknown.id }, silent: true });
  await down(driven.deps.db);
  await up(driven.deps.db);
  const { hostHash } = room;
  expect(hostHash).toMatch(/^[0-9a-f]{64}$/);
  expect((await room.reload()).hostHash).toBe(hostHash);
  expect((await unknown.reload()).hostHash).toBeNull();
});
