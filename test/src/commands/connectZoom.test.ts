import { connectZoom } from '../../../src/commands/connectZoom';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { createPkce } from '../../../src/zoom/oauth';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';

const OTHER_ACCOUNT = 'grace.hopper@teachers.example';

let driven: DrivenClasses;

beforeAll(async () => {
  driven = await startDrivenClasses();
});

afterAll(() => driven.close());

afterEach(async () => {
  driven.temporal.hints.length = 0;
  await ZoomConnection.destroy({ where: {} });
});

async function build(): Promise<ClassDate> {
  const { id: teacherId } = await buildConnectedTeacher(driven.deps, driven.zoom);
  const order = await buildOrder({ teacherId });
  return buildClassDate({ order, startsAt: addMinutes(driven.now(), 20) });
}

const settle = ({ id }: ClassDate) => driven.settle(id);
const roomOf = ({ id: classDateId }: ClassDate) => ZoomMeeting.findOne({ where: { classDateId, isCurrent: true } });
const creates = () => driven.zoom.control.callCount('meetingCreate');

async function connect({ id, teacherId }: ClassDate, email: string): Promise<void> {
  const { verifier, challenge } = createPkce();
  const code = driven.zoom.control.authorize(email, { codeChallenge: challenge });
  await connectZoom(driven.deps, teacherId, { code, verifier }, THE_SYSTEM);
  expect(driven.temporal.hints).toContain(`${id}: teacher reconnected`);
}

/** Its host may make no more meetings today. */
async function buildLimited(): Promise<ClassDate> {
  const classDate = await build();
  driven.zoom.control.setBehaviour({ meetingWritesPerDay: 0 });
  await settle(classDate);
  driven.zoom.control.setBehaviour({ meetingWritesPerDay: 100 });
  expect(await classDate.reload()).toMatchObject({ state: 'preparing', stateReason: 'zoom_daily_limit' });
  return classDate;
}

it('a class that waits for the limit of one account gets its room from another one at once', async () => {
  const classDate = await buildLimited();
  await connect(classDate, OTHER_ACCOUNT);
  await settle(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ready', stateReason: null });
});

it('the limit of an account is not tried again because it is connected again', async () => {
  const classDate = await buildLimited();
  const before = creates();
  await connect(classDate, LICENSED_HOST);
  await settle(classDate);
  expect(creates()).toBe(before);
  expect(await roomOf(classDate)).toMatchObject({ state: 'planned', nextAttemptAt: expect.any(Date) as Date });
});

it('a room that Zoom has refused is tried again at once', async () => {
  const classDate = await build();
  driven.zoom.control.addFault({ kind: 'hostNotAllowed', operation: 'meetingCreate', times: 1 });
  await settle(classDate);
  expect(await roomOf(classDate)).toMatchObject({ state: 'failed' });
  await connect(classDate, LICENSED_HOST);
  await settle(classDate);
  expect((await classDate.reload()).state).toBe('ready');
});

it('a room that may be there is looked for at once', async () => {
  const classDate = await build();
  driven.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
  await settle(classDate);
  await ZoomConnection.update({ state: 'needs_reconnect' }, { where: { userId: classDate.teacherId } });
  driven.pass(3);
  await settle(classDate);
  const { state, nextAttemptAt } = (await roomOf(classDate)) ?? {};
  expect([state, (nextAttemptAt ?? driven.now()) > addMinutes(driven.now(), 5)]).toEqual(['unknown', true]);
  const before = creates();
  await connect(classDate, LICENSED_HOST);
  await settle(classDate);
  expect((await classDate.reload()).state).toBe('ready');
  expect(creates()).toBe(before);
});
