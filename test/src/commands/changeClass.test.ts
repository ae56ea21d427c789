import { cancelClass } from '../../../src/commands/cancelClass';
import { changeTeacher } from '../../../src/commands/changeTeacher';
import { reopenClass } from '../../../src/commands/reopenClass';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import type { AuditOrigin } from '../../../src/commands/writeAudit';
import { CLASS_STATES, type ClassState } from '../../../src/domain/classStates';
import { addMinutes } from '../../../src/domain/clock';
import { nextClassState } from '../../../src/domain/transitions';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let origin: AuditOrigin;

beforeAll(async () => {
  website = await startWebsite();
  origin = { userId: (await buildUser('admin')).id, ipAddress: '192.0.2.7', userAgent: 'a browser' };
});

afterAll(() => website.close());

beforeEach(async () => {
  website.temporal.hints.length = 0;
  await ZoomAuditLog.destroy({ where: {} });
});

const inMinutes = (minutes: number) => addMinutes(new Date(Math.floor(Date.now() / 60_000) * 60_000), minutes);
const local = (instant: Date) => instant.toISOString().slice(0, 16);

const OVER: readonly ClassState[] = ['ended', 'settled', 'missed'];

/** Still to come, or as far in the past as its state says; with everything behind it that such a class has. */
async function build(state: ClassState): Promise<ClassDate> {
  const over = OVER.includes(state);
  const startsAt = inMinutes(over ? -200 : state === 'live' ? -10 : 20);
  const then = over ? addMinutes(startsAt, 60) : null;
  const past = { liveAt: then, endedAt: then, closedAt: then, settledAt: then, watchedAt: then, evidenceAt: then };
  const cancelledAt = state === 'cancelled' ? new Date() : null;
  const { id: userId, email } = await buildUser('student');
  const order = await buildOrder({ userId });
  const outcome = over ? 'nobody_came' : null;
  const classDate = await buildClassDate({ order, state, startsAt, ...past, cancelledAt, outcome });
  await buildPass(website.deps.signingKeys, classDate, { userId, email });
  return classDate;
}

const CLEARED = {
  ...{ liveAt: null, endedAt: null, closedAt: null, settledAt: null, watchedAt: null, evidenceAt: null },
  ...{ outcome: null, cancelledAt: null, stateReason: null, nextAttemptAt: null },
};

type Edit = (
  classDate: ClassDate,
  more?: { force?: boolean; expectedVersion?: number },
) => Promise<{ changed: boolean }>;

const later: Edit = ({ id }, more) =>
  rescheduleClass(website.deps, { classDateId: id, localStart: local(inMinutes(300)), ...more }, origin);
const soLittle: Edit = ({ id }, more) =>
  rescheduleClass(website.deps, { classDateId: id, localStart: local(inMinutes(25)), ...more }, origin);
const earlier: Edit = ({ id }, more) =>
  rescheduleClass(website.deps, { classDateId: id, localStart: local(inMinutes(10)), ...more }, origin);
const cancel: Edit = ({ id }, more) => cancelClass(website.deps, { classDateId: id, ...more }, origin);
const reopen: Edit = (row, more) => {
  const elsewhen = OVER.includes(row.state) ? { localStart: local(inMinutes(300)) } : {};
  return reopenClass(website.deps, { classDateId: row.id, ...elsewhen, ...more }, origin);
};
const substitute: Edit = async ({ id }, more) => {
  const { id: teacherId } = await buildUser('teacher');
  return changeTeacher(website.deps, { classDateId: id, teacherId, ...more }, origin);
};

/** What each edit is to the table of transitions, and which states it refuses in words. */
const EDITS = [
  { name: 'later', edit: later, event: 'put_off', refuses: ['cancelled'] },
  { name: 'so little later that it is open', edit: soLittle, event: 'rescheduled_later', refuses: ['cancelled'] },
  // What is in the past can only be moved to later.
  { name: 'earlier', edit: earlier, event: 'rescheduled_earlier', refuses: ['cancelled'], skips: [...OVER, 'live'] },
  { name: 'cancelled', edit: cancel, event: 'cancelled', refuses: OVER },
  { name: 'reopened', edit: reopen, event: 'reopened', refuses: [] },
  { name: 'given to another', edit: substitute, event: 'teacher_changed', refuses: [...OVER, 'cancelled'] },
] as const satisfies readonly {
  name: string;
  edit: Edit;
  event: Parameters<typeof nextClassState>[1];
  refuses: readonly ClassState[];
  skips?: readonly ClassState[];
}[];

const CELLS = EDITS.flatMap((edit) =>
  CLASS_STATES.filter((state) => !('skips' in edit) || !(edit.skips as readonly ClassState[]).includes(state)).map(
    (state) => ({ ...edit, state }),
  ),
);

it.each(CELLS)('$state, $name: is what the table of transitions says', async ({ edit, event, refuses, state }) => {
  const classDate = await build(state);
  const before = { version: classDate.version, state };
  if ((refuses as readonly ClassState[]).includes(state)) {
    await expect(edit(classDate, { force: true })).rejects.toMatchObject({ status: 409 });
    expect(await classDate.reload()).toMatchObject(before);
    return;
  }
  const { changed } = await edit(classDate, { force: true });
  await classDate.reload();
  expect(classDate.state).toBe(nextClassState(state, event));
  const quiet = (event === 'cancelled' && state === 'cancelled') || (event === 'reopened' && classDate.state === state);
  expect(changed).toBe(!quiet);
  expect(classDate.version).toBe(quiet ? 1 : 2);
  expect(website.temporal.hints).toHaveLength(quiet ? 0 : 1);
  expect(await website.audited()).toHaveLength(quiet ? 0 : 1);
  if (classDate.state === 'scheduled' && state !== 'scheduled') expect(classDate).toMatchObject(CLEARED);
});

it.each(EDITS)('$name: of a live class only when it is forced', async ({ edit, name }) => {
  const classDate = await build('live');
  if (name === 'reopened') return expect(await edit(classDate)).toMatchObject({ changed: false });
  await expect(edit(classDate)).rejects.toMatchObject({ status: 409, code: 'class_is_live' });
  expect((await classDate.reload()).version).toBe(1);
});

it('an edit of what somebody else has changed meanwhile is refused, unless it is so already', async () => {
  const classDate = await build('scheduled');
  await later(classDate, { expectedVersion: 1 });
  expect(await later(classDate, { expectedVersion: 1 })).toMatchObject({ changed: false });
  await expect(cancel(classDate, { expectedVersion: 1 })).rejects.toMatchObject({ code: 'changed_meanwhile' });
  expect((await classDate.reload()).state).toBe('scheduled');
  await cancel(classDate, { expectedVersion: 2 });
});

it('done many times at once it is done once', async () => {
  const classDate = await build('scheduled');
  const results = await Promise.all(Array.from({ length: 8 }, () => cancel(classDate)));
  expect(results.filter(({ changed }) => changed)).toHaveLength(1);
  expect(await website.audited()).toEqual(['class_cancelled']);
  expect(website.temporal.hints).toEqual([`${classDate.id}: cancelled`]);
});

it('of a move and a cancellation at once the class is cancelled, and a move that came last is refused', async () => {
  const classDate = await build('ready');
  const [moved, cancelled] = await Promise.allSettled([later(classDate), cancel(classDate)]);
  expect(cancelled.status).toBe('fulfilled');
  if (moved.status === 'rejected') expect(moved.reason).toMatchObject({ code: 'class_is_cancelled' });
  const { state, version } = await classDate.reload();
  expect([state, version]).toEqual(['cancelled', moved.status === 'rejected' ? 2 : 3]);
});

it.each([
  ['a time in the past', { localStart: '2020-01-01T10:00' }, 'localStart'],
  ['no time at all', { localStart: 'soon' }, 'localStart'],
  ['a zone that is none', { timeZone: 'Mars/Base' }, 'timeZone'],
  ['no length', { durationMinutes: 0 }, 'durationMinutes'],
])('refuses %s, as booking does', async (_what, changes, field) => {
  const classDate = await build('scheduled');
  const moved = rescheduleClass(website.deps, { classDateId: classDate.id, ...changes }, origin);
  await expect(moved).rejects.toMatchObject({ fields: [expect.objectContaining({ field })] });
});

it('a live class may be made longer at the time it has', async () => {
  const classDate = await build('live');
  const edit = { classDateId: classDate.id, localStart: classDate.localStart, durationMinutes: 90, force: true };
  await rescheduleClass(website.deps, edit, origin);
  expect(await classDate.reload()).toMatchObject({ durationMinutes: 90, state: 'live', version: 2 });
});

it('a clock that jumps is answered and shown', async () => {
  const classDate = await build('scheduled');
  const edit = { classDateId: classDate.id, localStart: '2027-03-28T02:30', timeZone: 'Europe/Berlin' };
  const { notes } = await rescheduleClass(website.deps, edit, origin);
  expect(notes[0]).toContain('jumps over 02:30');
  const asked = { localStart: '2027-03-28T03:30', askedLocalStart: '2027-03-28T02:30' };
  expect(await classDate.reload()).toMatchObject(asked);
  // A form sends the time that the class has along with its new length.
  const { localStart, timeZone } = classDate;
  await rescheduleClass(website.deps, { classDateId: classDate.id, localStart, timeZone, durationMinutes: 90 }, origin);
  expect(await classDate.reload()).toMatchObject({ ...asked, durationMinutes: 90 });
  await rescheduleClass(website.deps, { ...edit, localStart: '2027-03-28T04:30' }, origin);
  expect((await classDate.reload()).askedLocalStart).toBeNull();
});

it('nobody is let into the room of a former teacher, or of a cancelled class, from the commit on', async () => {
  for (const edit of [substitute, cancel]) {
    const classDate = await build('ready');
    const meeting = await buildMeeting(website.deps.encryption, classDate);
    await edit(classDate);
    expect(await meeting.reload()).toMatchObject({ isCurrent: null, state: 'deleting' });
    expect(await ZoomMeeting.count({ where: { classDateId: classDate.id, isCurrent: true } })).toBe(0);
  }
});

it('is answered from MySQL while Temporal does not answer; the word waits in the outbox', async () => {
  const classDate = await build('scheduled');
  const hint = website.temporal.hintClassDate.bind(website.temporal);
  website.temporal.hintClassDate = () => Promise.reject(new Error('Temporal is away'));
  try {
    expect(await later(classDate)).toMatchObject({ changed: true });
  } finally {
    website.temporal.hintClassDate = hint;
  }
  const [row] = await WorkflowOutbox.findAll({ where: { classDateId: classDate.id } });
  expect(row).toMatchObject({ reason: 'rescheduled', deliveredAt: null });
});

it('a class that overran and has ended is no risk of its host’s next one once it is moved before it has closed', async () => {
  const classDate = await build('ended');
  await classDate.update({ closedAt: null, settledAt: null });
  const next = await buildClassDate({ order: await buildOrder({ teacherId: classDate.teacherId }) });
  const detail = String(classDate.id);
  const risk = await ClassRisk.create({
    ...{ classDateId: next.id, kind: 'overrun', detail, isOpen: true, since: new Date(), toldAt: new Date() },
  });
  await later(classDate);
  expect(await risk.reload()).toMatchObject({ isOpen: null });
  expect((await classDate.reload()).state).toBe('scheduled');
});
