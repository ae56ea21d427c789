import { cancelOrder } from '../../../src/commands/cancelOrder';
import { changeOrder } from '../../../src/commands/changeOrder';
import { closeClass } from '../../../src/commands/closeClass';
import { forgetRehearsals } from '../../../src/commands/forgetRehearsals';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { doorOf } from '../../../src/domain/joinRules';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { presentClassRow } from '../../../src/presenters/classDate';
import { linksToEdits, presentClassEdit } from '../../../src/presenters/classEdit';
import { findClassEdit } from '../../../src/queries/findClassEdit';
import { findHostClashes } from '../../../src/queries/findHostClashes';
import { findOrderEdit } from '../../../src/queries/findOrderEdit';
import { hasOpenRoom } from '../../../src/queries/hasOpenRoom';
import { listClassesAtRisk } from '../../../src/queries/listClassesAtRisk';
import { listDependentClasses } from '../../../src/queries/listDependentClasses';
import { listDueClassDates } from '../../../src/queries/listDueClassDates';
import { listOverdueClasses } from '../../../src/queries/listOverdueClasses';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { classEdits } from '../../support/classEdits';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let edits: ReturnType<typeof classEdits>;

beforeAll(async () => {
  website = await startWebsite();
  edits = classEdits(website.deps);
});

afterAll(() => website.close());

const NOW = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const at = (minutes: number) => addMinutes(NOW, minutes);

/** A class in a quarter of an hour, with its room, into which its teacher looked for two minutes; its buyer was reminded. */
async function buildTried(fields: Partial<ClassDate> = {}) {
  const buyer = await buildUser('student');
  const order = await buildOrder({ userId: buyer.id });
  const tried = { state: 'ended', liveAt: at(-5), endedAt: at(-3) } as const;
  const classDate = await buildClassDate({ order, startsAt: at(15), ...tried, ...fields });
  const meeting = await buildMeeting(website.deps.encryption, classDate);
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  const { startsAt, durationMinutes, teacherId } = classDate;
  const told = { toldStartsAt: startsAt, toldDurationMinutes: durationMinutes, toldTeacherId: teacherId };
  await buildMail(classDate, pass, { ...told, toldOff: false, toldAt: at(-10) });
  return { order, classDate: await classDate.reload(), meeting, buyer };
}

/** The same once its doors have closed, and nobody had come. */
const buildOver = () => buildTried({ startsAt: at(-80), liveAt: at(-100), endedAt: at(-98), closedAt: at(-5) });

describe('a class whose room was only tried', () => {
  it('is cancelled like any other that is to come, and its room goes', async () => {
    const { classDate, meeting } = await buildTried();
    expect(await edits.cancel(classDate)).toMatchObject({ changed: true });
    expect(await classDate.reload()).toMatchObject({ state: 'cancelled', outcome: 'cancelled' });
    expect(await meeting.reload()).toMatchObject({ state: 'deleting', isCurrent: null });
  });

  it('goes to another teacher, in whose account it gets its room; the try is none of theirs', async () => {
    const { classDate, meeting } = await buildTried();
    const other = await buildUser('teacher');
    expect(await edits.give(classDate, other)).toMatchObject({ changed: true });
    const anew = { state: 'preparing', teacherId: other.id, liveAt: null, endedAt: null, watchedAt: null };
    expect(await classDate.reload()).toMatchObject(anew);
    expect(await meeting.reload()).toMatchObject({ state: 'deleting', isCurrent: null });
    await closeClass(website.deps, { classDateId: classDate.id, now: at(200) });
    expect((await classDate.reload()).state).toBe('missed');
  });

  it('takes place already, and is moved instead of reopened', async () => {
    const { classDate } = await buildTried();
    expect(await edits.reopen(classDate)).toMatchObject({ changed: false });
    const localStart = at(60).toISOString().slice(0, 16);
    await expect(edits.reopen(classDate, { localStart })).rejects.toMatchObject({ code: 'takes_place' });
    expect(await edits.move(classDate, 45)).toMatchObject({ changed: true });
    expect(await classDate.reload()).toMatchObject({ state: 'scheduled', liveAt: null, endedAt: null });
  });

  it('is cancelled with its order, and given to another teacher with it', async () => {
    const cancelled = await buildTried();
    const done = { changed: true, classDates: 1 };
    expect(await cancelOrder(website.deps, { orderId: cancelled.order.id }, THE_SYSTEM)).toEqual(done);
    expect((await cancelled.classDate.reload()).state).toBe('cancelled');
    const given = await buildTried();
    const { id: teacherId } = await buildUser('teacher');
    expect(await changeOrder(website.deps, { orderId: given.order.id, teacherId }, THE_SYSTEM)).toEqual(done);
    expect(await given.classDate.reload()).toMatchObject({ state: 'preparing', teacherId });
  });

  it.each(['teacher', 'cancellation'] as const)(
    'is among those that the page of its order names before, with whoever is mailed: %s',
    async (kind) => {
      const { order, classDate, buyer } = await buildTried();
      const edit = await findOrderEdit(order.id, kind);
      expect(edit?.coming.map((row) => row.classDate.id)).toEqual([classDate.id]);
      expect(edit?.hearing).toContain(buyer.fullName);
    },
  );

  it('says on its own page what can be done to it, and whom that mails', async () => {
    const { classDate, buyer } = await buildTried();
    expect(linksToEdits(classDate).map(({ label }) => label)).toEqual(['Reschedule', 'Substitute teacher', 'Cancel']);
    const edit = await findClassEdit(classDate.id, 'cancellation');
    if (!edit) throw new Error('It is there.');
    expect(edit.hearing).toEqual([buyer.fullName]);
    const page = presentClassEdit('cancellation', edit, null);
    expect(page).toMatchObject({ possible: true, state: 'Room is open' });
  });

  it('has a door at which its teacher is waited for, also after the start', () => {
    const schedule = { startsAt: at(-6), durationMinutes: 60 };
    const times = { leadMinutes: 30, graceMinutes: 15, watchMinutes: 5, settleMinutes: 90 };
    const facts = { state: 'ended', closedAt: null, schedule: { ...schedule, ...times }, hasRoom: true } as const;
    expect(doorOf({ ...facts, endedAt: at(-20) }, NOW)).toBe('waiting_for_teacher');
    expect(doorOf({ ...facts, endedAt: at(-1) }, NOW)).toBe('teacher_gone');
  });

  it('is still to come for whatever asks for such classes', async () => {
    const { classDate } = await buildTried({ rehearsedAt: at(-60) });
    const { id, teacherId, startsAt, durationMinutes } = classDate;
    await ClassRisk.create({ classDateId: id, kind: 'addresses', detail: '1', isOpen: true, since: NOW });
    const ids = (rows: readonly { classDate: ClassDate }[]) => rows.map((row) => row.classDate.id);
    expect(await hasOpenRoom(teacherId)).toBe(true);
    expect(ids((await listDependentClasses(teacherId, NOW)).soon)).toEqual([id]);
    expect(ids(await listClassesAtRisk(NOW, teacherId))).toEqual([id]);
    expect((await listDueClassDates('now', NOW)).map((row) => row.id)).toContain(id);
    const [clashes = []] = await findHostClashes([{ teacherId, startsAt, durationMinutes }], NOW);
    expect(ids(clashes)).toEqual([id]);
    const forget = () => website.deps.db.transaction((transaction) => forgetRehearsals({ teacherId }, transaction));
    expect(await forget()).toEqual([id]);
  });

  it('is overdue when nobody has asked whether it has started', async () => {
    const { classDate } = await buildTried({ startsAt: at(-10), liveAt: at(-30), endedAt: at(-28) });
    const then = { replacements: [at(-20), classDate.id] };
    await website.deps.db.query('UPDATE class_dates SET updated_at = ? WHERE id = ?', then);
    await website.deps.db.query('UPDATE zoom_meetings SET updated_at = ? WHERE class_date_id = ?', then);
    expect(await listOverdueClasses(website.deps)).toContainEqual({ classDateId: classDate.id, what: 'start' });
  });
});

describe('one that was only tried until its doors closed', () => {
  it('is over: neither cancelled nor given away, alone or with its order', async () => {
    const { order, classDate } = await buildOver();
    const other = await buildUser('teacher');
    await expect(edits.cancel(classDate)).rejects.toMatchObject({ code: 'class_is_over' });
    await expect(edits.give(classDate, other)).rejects.toMatchObject({ code: 'class_is_over' });
    expect(await findOrderEdit(order.id, 'cancellation')).toMatchObject({ coming: [] });
    await cancelOrder(website.deps, { orderId: order.id }, THE_SYSTEM);
    expect((await classDate.reload()).state).toBe('ended');
    expect(await ZoomMeeting.count({ where: { classDateId: classDate.id, isCurrent: true } })).toBe(1);
  });

  it('is shown as it is, and can be reopened', async () => {
    const { classDate } = await buildOver();
    const row = { classDate, title: 'Maths 7B', teacherName: 'Tamara Hill' };
    expect(presentClassRow(row, null).state).toBe('Ended');
    expect(linksToEdits(classDate).map(({ label }) => label)).toEqual(['Reopen']);
    expect(await hasOpenRoom(classDate.teacherId)).toBe(false);
    expect((await listDependentClasses(classDate.teacherId, NOW)).soon).toEqual([]);
  });
});
