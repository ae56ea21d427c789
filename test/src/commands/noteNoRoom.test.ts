import { cancelClass } from '../../../src/commands/cancelClass';
import { recordMeetingTrouble } from '../../../src/commands/recordMeetingTrouble';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { RiskKind } from '../../../src/domain/classRisks';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { User } from '../../../src/models/User';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomRefused } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';

/** Of the same Zoom account as the other host. */
const COLLEAGUE = 'emmy.noether@teachers.example';
const HOURS = 3 * 60;

let driven: DrivenClasses;
let admin: User;

beforeAll(async () => {
  driven = await startDrivenClasses();
  admin = await buildUser('admin');
});

afterAll(() => driven.close());

afterEach(async () => {
  driven.zoom.control.clearFaults();
  driven.mailbox.clear();
  await ZoomConnection.destroy({ where: {} });
});

async function build(email = LICENSED_HOST): Promise<ClassDate> {
  const { id: teacherId } = await buildConnectedTeacher(driven.deps, driven.zoom, email);
  const order = await buildOrder({ teacherId, title: 'Maths 7B' });
  return buildClassDate({ order, startsAt: addMinutes(driven.now(), 20), timeZone: 'UTC' });
}

const settle = ({ id }: ClassDate) => driven.settle(id);

async function openRisks({ id }: ClassDate): Promise<RiskKind[]> {
  return (await ClassRisk.findAll({ where: { classDateId: id, isOpen: true } })).map(({ kind }) => kind);
}

/** What the feed was told of a class that is at risk. */
async function feedOf({ id: classDateId }: ClassDate): Promise<unknown[]> {
  const events = await OutcomeEvent.findAll({ where: { classDateId, type: 'class.at_risk' }, order: ['id'] });
  return events.map(({ data }) => {
    const { stateReason, risks } = JSON.parse(data) as { stateReason: unknown; risks?: unknown };
    return { stateReason, risks };
  });
}

async function mailsAbout({ teacherId }: ClassDate, text: string): Promise<string[]> {
  const { email } = await User.findByPk(teacherId, { rejectOnEmpty: true });
  const mails = driven.mailbox.messages().filter((mail) => mail.text.includes(text));
  return mails.flatMap(({ to }) => to).filter((to) => [email, admin.email].includes(to));
}

async function toldOnce(classDate: ClassDate, text: string): Promise<void> {
  const { email } = await User.findByPk(classDate.teacherId, { rejectOnEmpty: true });
  expect((await mailsAbout(classDate, text)).sort()).toEqual([admin.email, email].sort());
  driven.mailbox.clear();
}

const refuses = () => driven.zoom.control.addFault({ kind: 'hostNotAllowed', operation: 'meetingCreate' });

it('a room that Zoom refuses is told teacher and admins once, and clears when it is there', async () => {
  const classDate = await build();
  refuses();
  await settle(classDate);
  expect(await openRisks(classDate)).toEqual(['no_room']);
  expect(await feedOf(classDate)).toEqual([{ stateReason: 'zoom_refused', risks: ['no_room'] }]);
  await toldOnce(classDate, 'Zoom refused it (status 400, code 3161)');

  driven.pass(61);
  await settle(classDate);
  expect(driven.mailbox.messages()).toEqual([]);
  expect(await feedOf(classDate)).toHaveLength(1);

  driven.zoom.control.clearFaults();
  driven.pass(5 * 60);
  await settle(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ready', stateReason: null });
  expect(await openRisks(classDate)).toEqual([]);
});

it('so is a daily limit, of the class that meets it and of each that waits for it', async () => {
  const [mine, colleagues] = [await build(), await build(COLLEAGUE)];
  const retryAfter = addMinutes(driven.now(), HOURS).toISOString();
  driven.zoom.control.addFault({ kind: 'rateLimitDaily', operation: 'meetingCreate', times: 1, retryAfter });
  for (const classDate of [mine, colleagues]) {
    await settle(classDate);
    expect(await classDate.reload()).toMatchObject({ state: 'preparing', stateReason: 'zoom_daily_limit' });
    // Its rehearsal was due as well, and has nothing to add.
    expect(classDate.rehearsedAt).not.toBeNull();
    expect(await openRisks(classDate)).toEqual(['no_room']);
    expect(await feedOf(classDate)).toEqual([{ stateReason: 'zoom_daily_limit', risks: ['no_room'] }]);
    await toldOnce(classDate, 'Zoom’s daily limit is used up');
  }
});

it('a limit of a moment is nobody’s news', async () => {
  const classDate = await build();
  const pausedUntil = addMinutes(driven.now(), 0.5);
  await ZoomConnection.update({ pausedUntil }, { where: { userId: classDate.teacherId } });
  await settle(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'preparing', stateReason: null });
  expect(await openRisks(classDate)).toEqual([]);
});

it('a class that is put off or called off needs no room, and what Zoom answers late is none of it', async () => {
  const [putOff, cancelled] = [await build(), await build(COLLEAGUE)];
  refuses();
  await settle(putOff);
  await settle(cancelled);
  const localStart = addMinutes(driven.now(), HOURS).toISOString().slice(0, 16);
  await rescheduleClass(driven.deps, { classDateId: putOff.id, localStart }, THE_SYSTEM);
  await cancelClass(driven.deps, { classDateId: cancelled.id }, THE_SYSTEM);
  expect(await openRisks(putOff)).toEqual([]);
  for (const classDate of [putOff, cancelled]) {
    const late = await buildMeeting(driven.deps.encryption, classDate, {
      ...{ state: 'creating', meetingId: null, isCurrent: null, generation: 9 },
    });
    const told = (await feedOf(classDate)).length;
    await recordMeetingTrouble(driven.deps, late.id, new ZoomRefused(400, 3161), driven.now());
    expect((await classDate.reload()).stateReason).toBeNull();
    expect(await feedOf(classDate)).toHaveLength(told);
  }
  expect(await openRisks(putOff)).toEqual([]);
});
