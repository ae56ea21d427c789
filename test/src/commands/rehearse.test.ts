import { noteBounces } from '../../../src/commands/noteBounces';
import { changeTeacher } from '../../../src/commands/changeTeacher';
import { correctGuest } from '../../../src/commands/correctGuest';
import { forgetRehearsals } from '../../../src/commands/forgetRehearsals';
import { rehearse } from '../../../src/commands/rehearse';
import { sendDueMails } from '../../../src/commands/sendDueMails';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { RiskKind } from '../../../src/domain/classRisks';
import { addMinutes } from '../../../src/domain/clock';
import { utcDay, WRITES_A_DAY } from '../../../src/domain/hostLimits';
import { inTransaction } from '../../../src/db/transaction';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import type { User } from '../../../src/models/User';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomHostCheck } from '../../../src/models/ZoomHostCheck';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { bookHerd, connectTeachers, simulatedTeachers } from '../../support/classHerd';
import { inBatches } from '../../support/inBatches';
import { RecordingTemporal } from '../../support/recordingTemporal';
import { waitsForALock } from '../../support/lockWaits';
import { connectTeacher, LICENSED_HOST } from '../../support/teachers';
import { BASIL } from '../../support/zoomConsent';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const HOSTS = simulatedTeachers(10);
const DAY_MINUTES = 24 * 60;

let site: ZoomSite;
let teacher: User;
let admin: User;
let now: Date;

beforeAll(async () => {
  site = await startZoomSite({ more: HOSTS });
  admin = await buildUser('admin');
});

afterAll(() => site.close());

beforeEach(async () => {
  teacher = await buildUser('teacher');
  await connectTeacher(site.deps, site.zoom, teacher.id, LICENSED_HOST);
  now = new Date();
});

afterEach(async () => {
  site.zoom.control.clearFaults();
  site.zoom.control.setBehaviour({ deactivatedUsers: [], meetingCapacity: 100 });
  await ZoomConnection.destroy({ where: {} });
});

/** A class of the teacher, a day ahead. */
async function classOf(fields: Partial<Pick<ClassDate, 'startsAt' | 'durationMinutes'>> = {}): Promise<ClassDate> {
  const order = await buildOrder({ teacherId: teacher.id });
  return buildClassDate({ order, startsAt: addMinutes(now, DAY_MINUTES), ...fields });
}

/** So many minutes later. */
async function rehearsed({ id }: ClassDate, later = 0): Promise<RiskKind[]> {
  await rehearse(site.deps, { classDateId: id, now: addMinutes(now, later) });
  return openRisks({ id });
}

async function openRisks({ id }: Pick<ClassDate, 'id'>): Promise<RiskKind[]> {
  const open = await ClassRisk.findAll({ where: { classDateId: id, isOpen: true }, order: ['id'] });
  return open.map(({ kind }) => kind);
}

async function told({ id }: ClassDate): Promise<(number | null)[]> {
  const mails = await MailDelivery.findAll({ where: { classDateId: id, kind: 'class_at_risk' }, order: ['id'] });
  return mails.map(({ userId }) => userId);
}

async function risksInFeed({ id: classDateId }: ClassDate): Promise<unknown[]> {
  const events = await OutcomeEvent.findAll({ where: { classDateId, type: 'class.at_risk' }, order: ['id'] });
  return events.map(({ data }) => (JSON.parse(data) as { risks?: unknown }).risks);
}

const asked = () => site.zoom.control.callCount('userMe') + site.zoom.control.callCount('userSettings');

/** A cause, what it is called, and how it is mended. */
interface Cause {
  readonly brings: (classDate: ClassDate) => Promise<unknown>;
  readonly mends: (classDate: ClassDate) => Promise<unknown>;
  readonly duration?: number;
}

const behaves = (behaviour: Parameters<ZoomSite['zoom']['control']['setBehaviour']>[0]) =>
  Promise.resolve(site.zoom.control.setBehaviour(behaviour));
const consents = (changes: Partial<Pick<ZoomConnection, 'scopes' | 'licensed'>>) =>
  ZoomConnection.update(changes, { where: { userId: teacher.id } });
const connects = async (email: string) => {
  await ZoomConnection.destroy({ where: { userId: teacher.id } });
  await connectTeacher(site.deps, site.zoom, teacher.id, email);
};

/** One class more than the host's day of UTC has creates left. */
async function fillsTheDay({ startsAt, leadMinutes }: ClassDate, writes = WRITES_A_DAY): Promise<void> {
  const day = utcDay(addMinutes(startsAt, -leadMinutes)).from.toISOString().slice(0, 10);
  await site.deps.db.query('REPLACE INTO zoom_meeting_writes (user_id, day, writes) VALUES (?, ?, ?)', {
    replacements: [teacher.id, day, writes],
  });
}

const CAUSES: Readonly<Partial<Record<RiskKind, Cause>>> = {
  zoom_user: {
    brings: () => behaves({ deactivatedUsers: [LICENSED_HOST] }),
    mends: () => behaves({ deactivatedUsers: [] }),
  },
  scopes: {
    brings: () => consents({ scopes: 'user:read:user meeting:write:meeting' }),
    mends: () => connects(LICENSED_HOST),
  },
  licence_length: {
    // It had a licence when it was connected.
    brings: async () => {
      await connects(BASIL);
      await consents({ licensed: true });
    },
    mends: (classDate) => classDate.update({ durationMinutes: 40, version: 2 }),
  },
  capacity: {
    brings: async (classDate) => {
      for (let person = 0; person < 100; person += 1) {
        const guest = { userId: (await buildUser('student')).id, email: `p${person}@students.test` };
        await buildPass(site.deps.signingKeys, classDate, guest);
      }
    },
    mends: () => behaves({ meetingCapacity: 300 }),
  },
  clash: {
    brings: ({ startsAt }) => classOf({ startsAt: addMinutes(startsAt, 30) }),
    mends: (classDate) => classDate.update({ startsAt: addMinutes(classDate.startsAt, -45), version: 2 }),
  },
  quota: {
    brings: (classDate) => fillsTheDay(classDate),
    mends: (classDate) => fillsTheDay(classDate, WRITES_A_DAY - 1),
  },
  addresses: {
    brings: async (classDate) => {
      await buildPass(site.deps.signingKeys, classDate, { userId: admin.id, email: 'Gone@students.test' });
      await noteBounces({ refused: ['gone@students.test'], reached: [], now });
    },
    mends: () => noteBounces({ refused: [], reached: ['gone@students.test'], now }),
  },
};

describe('what a rehearsal finds is told once to whoever can mend it, and cleared when it is mended', () => {
  it.each(Object.entries(CAUSES))('%s', async (kind, { brings, mends }) => {
    const classDate = await classOf();
    await brings(classDate);
    expect(await rehearsed(classDate)).toEqual([kind]);
    const mender = ['scopes', 'quota', 'addresses'].includes(kind) ? admin.id : teacher.id;
    expect(await told(classDate)).toEqual([mender]);
    expect(await rehearsed(classDate, 31)).toEqual([kind]);
    expect(await told(classDate)).toEqual([mender]);
    await mends(classDate);
    expect(await rehearsed(classDate, 62)).toEqual([]);
    expect(await told(classDate)).toEqual([mender]);
    expect((await classDate.reload()).rehearsedAt).toEqual(addMinutes(now, 62));
  });

  it('several together, in one mail a person', async () => {
    const classDate = await classOf();
    await connects(BASIL);
    await CAUSES.clash?.brings(classDate);
    await CAUSES.addresses?.brings(classDate);
    await CAUSES.quota?.brings(classDate);
    expect((await rehearsed(classDate)).sort()).toEqual(['addresses', 'clash', 'licence_length', 'quota']);
    expect((await told(classDate)).sort()).toEqual([teacher.id, admin.id].sort());
    const toAll = await ClassRisk.count({ where: { classDateId: classDate.id, toldAt: now } });
    expect(toAll).toBe(4);
  });

  it('an address that is none', async () => {
    const classDate = await classOf();
    const student = await buildUser('student');
    await buildPass(site.deps.signingKeys, classDate, { userId: student.id, email: 'nobody at all' });
    expect(await rehearsed(classDate)).toEqual(['addresses']);
    await ZoomSecureToken.update({ revokedAt: now }, { where: { classDateId: classDate.id } });
    expect(await rehearsed(classDate)).toEqual([]);
  });

  it('a clash, for the two classes together', async () => {
    const first = await classOf();
    const second = await classOf({ startsAt: addMinutes(first.startsAt, 30) });
    expect([await rehearsed(first), await rehearsed(second)]).toEqual([['clash'], ['clash']]);
    expect([await told(first), await told(second)]).toEqual([[teacher.id], []]);
  });

  it.each([
    ['before', [0, 2, 0]],
    ['after', [1, 1, 0]],
  ])('a second clash of a class too, once, where that class is rehearsed %s the new one', async (which, mails) => {
    const [first, second] = [await classOf(), await classOf()];
    await second.update({ startsAt: addMinutes(first.startsAt, 45) });
    await rehearsed(first);
    await rehearsed(second);
    expect([await told(first), await told(second)]).toEqual([[teacher.id], []]);
    // In the way of the first alone.
    const third = await classOf({ startsAt: addMinutes(first.startsAt, -45) });
    for (const one of which === 'before' ? [first, third] : [third, first]) await rehearsed(one, 31);
    for (const one of [first, second, third]) await rehearsed(one, 62);
    expect((await Promise.all([third, first, second].map(told))).map(({ length }) => length)).toEqual(mails);
  });

  it('a missing connection is told by its incident alone', async () => {
    await ZoomConnection.destroy({ where: { userId: teacher.id } });
    const classDate = await classOf();
    expect(await rehearsed(classDate)).toEqual(['connection']);
    expect(await told(classDate)).toEqual([]);
  });

  it('and by the feed, each time that it is more: with all that stands in its way', async () => {
    const classDate = await classOf();
    await CAUSES.clash?.brings(classDate);
    await rehearsed(classDate);
    await rehearsed(classDate, 31);
    await teacher.update({ disabledAt: now });
    await rehearsed(classDate, 62);
    expect(await risksInFeed(classDate)).toEqual([['clash'], ['teacher_disabled', 'clash']]);
  });

  it('but not a missing connection, of which the class itself has the reason there', async () => {
    await ZoomConnection.destroy({ where: { userId: teacher.id } });
    const classDate = await classOf();
    await rehearsed(classDate);
    expect(await risksInFeed(classDate)).toEqual([]);
  });

  it('nothing, of a class that is well', async () => {
    expect(await rehearsed(await classOf())).toEqual([]);
  });
});

it('a connection that Zoom refuses only now is found', async () => {
  site.zoom.control.revoke(LICENSED_HOST);
  expect(await rehearsed(await classOf())).toEqual(['connection']);
});

it('Zoom not answering is no finding: the rest is found, and Zoom is asked later', async () => {
  const classDate = await classOf({ durationMinutes: 60 });
  await CAUSES.clash?.brings(classDate);
  site.zoom.control.addFault({ kind: 'status', status: 500, operation: 'userMe' });
  expect(await rehearsed(classDate)).toEqual(['clash']);
  const { rehearsedAt, rehearseNotBefore } = await classDate.reload();
  expect(rehearsedAt).toBeNull();
  expect(rehearseNotBefore?.getTime()).toBeGreaterThan(now.getTime());
  // Another class of the same teacher does not ask before that, either.
  const before = asked();
  const other = await classOf({ startsAt: addMinutes(now, DAY_MINUTES + 300) });
  await rehearsed(other);
  expect([asked(), (await other.reload()).rehearseNotBefore]).toEqual([before, rehearseNotBefore]);

  site.zoom.control.clearFaults();
  expect(await rehearsed(classDate, 5)).toEqual(['clash']);
  expect(await classDate.reload()).toMatchObject({ rehearsedAt: addMinutes(now, 5), rehearseNotBefore: null });
});

it('what Zoom said of its host stays while it does not answer', async () => {
  const classDate = await classOf();
  site.zoom.control.setBehaviour({ deactivatedUsers: [LICENSED_HOST] });
  expect(await rehearsed(classDate)).toEqual(['zoom_user']);
  site.zoom.control.addFault({ kind: 'status', status: 500, operation: 'userMe' });
  expect(await rehearsed(classDate, 31)).toEqual(['zoom_user']);
});

it('a class costs two calls at the most, and a fresh answer none', async () => {
  const classDate = await classOf();
  await CAUSES.capacity?.brings(classDate);
  const before = asked();
  await rehearsed(classDate);
  expect(asked() - before).toBe(2);
  await rehearsed(classDate, 29);
  expect(asked() - before).toBe(2);
  // A new consent is asked about at once.
  await ZoomConnection.update({ connectedAt: addMinutes(now, 29.5) }, { where: { userId: teacher.id } });
  await rehearsed(classDate, 29.6);
  expect(asked() - before).toBe(4);
});

it('two at once ask once, also when the second takes its lease right after the first has its answer', async () => {
  const [first, second] = [await classOf(), await classOf({ startsAt: addMinutes(now, DAY_MINUTES + 300) })];
  const before = asked();
  const { db } = site.deps;
  let answered: Promise<unknown> | undefined;
  const query = async (...args: Parameters<typeof db.query>) => {
    await (answered ??= rehearsed(first));
    return db.query(...args);
  };
  const late = { ...site.deps, db: Object.create(db, { query: { value: query } }) as typeof db };
  await rehearse(late, { classDateId: second.id, now });
  expect(answered).toBeDefined();
  expect(asked() - before).toBe(1);
  expect([(await first.reload()).rehearsedAt, (await second.reload()).rehearsedAt]).toEqual([now, now]);
  expect(await ZoomHostCheck.findByPk(teacher.id)).toMatchObject({ leaseHolder: null, leaseUntil: null });
});

describe('what changes at the very instant of a rehearsal', () => {
  /** Looks at a class, and has something done when all is looked at and nothing is saved yet. */
  async function rehearseWhile(classDate: ClassDate, done: () => Promise<unknown>): Promise<RiskKind[]> {
    const { db } = site.deps;
    const transaction = async (work: Parameters<typeof inTransaction>[1]) => {
      await done();
      return inTransaction(db, work);
    };
    const late = { ...site.deps, db: Object.create(db, { transaction: { value: transaction } }) as typeof db };
    await rehearse(late, { classDateId: classDate.id, now });
    return openRisks(classDate);
  }

  it.each([
    ['the first', 0],
    ['a later', 1],
  ])('is seen by %s one, which is done again at once', async (_which, before) => {
    const classDate = await classOf();
    const email = `gone-${classDate.id}@students.test`;
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email });
    await buildPass(site.deps.signingKeys, classDate, { guestId: guest.id, email });
    if (before > 0) expect(await rehearsed(classDate, -120)).toEqual([]);
    await noteBounces({ refused: [email], reached: [], now });
    const deps = { ...site.deps, temporal: new RecordingTemporal() };
    const edit = { guestId: guest.id, email: `well-${guest.id}@students.test`, name: 'Mum' };
    expect(await rehearseWhile(classDate, () => correctGuest(deps, edit, THE_SYSTEM))).toEqual([]);
    expect((await classDate.reload()).rehearsedAt).toBeNull();
    expect(await told(classDate)).toEqual([]);
    expect(await rehearsed(classDate)).toEqual([]);
    expect((await classDate.reload()).rehearsedAt).toEqual(now);
  });

  it('is forgotten also where a rehearsal is being saved just then', async () => {
    const classDate = await classOf();
    const saving = await site.deps.db.transaction();
    await classDate.update({ rehearsedAt: now }, { transaction: saving });
    const forgotten = inTransaction(site.deps.db, (transaction) =>
      forgetRehearsals({ teacherId: teacher.id }, transaction),
    );
    await waitsForALock(site.deps.db);
    await saving.commit();
    expect(await forgotten).toEqual([classDate.id]);
    expect((await classDate.reload()).rehearsedAt).toBeNull();
  });
});

it('a class that is given to another teacher is told to that one, and no more to the former', async () => {
  await connects(BASIL);
  const classDate = await classOf();
  expect(await rehearsed(classDate)).toEqual(['licence_length']);
  const substitute = await buildUser('teacher');
  await connectTeacher(site.deps, site.zoom, substitute.id, 'bea.basic@teachers.example');
  const deps = { ...site.deps, temporal: new RecordingTemporal() };
  await changeTeacher(deps, { classDateId: classDate.id, teacherId: substitute.id }, THE_SYSTEM);
  expect(await ClassRisk.count({ where: { classDateId: classDate.id, isOpen: true } })).toBe(0);
  expect(await rehearsed(classDate, 1)).toEqual(['licence_length']);
  expect(await told(classDate)).toEqual([teacher.id, substitute.id]);
  // The former one's mail still waits for the mail server, which does not answer.
  const about = { classDateId: classDate.id };
  await sendDueMails(deps, { about, now: addMinutes(now, 2), heartbeat: () => undefined });
  const mail = await MailDelivery.findOne({ where: { ...about, userId: teacher.id, kind: 'class_at_risk' } });
  expect(mail).toMatchObject({ state: 'skipped', lastError: 'another teacher gives the class now' });
});

it('200 classes of 10 teachers cost ten calls', async () => {
  const teachers = await connectTeachers(site.deps, HOSTS);
  now = new Date();
  const opensAt = (index: number) => addMinutes(now, DAY_MINUTES + Math.floor(index / 10) * 90);
  const classDates = await bookHerd(site.deps, { teachers, classes: 200, recipients: 2, opensAt });
  const before = asked();
  const waiting = new Set(classDates);
  for (let round = 0; waiting.size > 0 && round < 10; round += 1) {
    const left = [...waiting];
    await inBatches(left.length, 20, async (index) => {
      const classDate = left[index];
      if (!classDate) return;
      await rehearse(site.deps, { classDateId: classDate.id, now: addMinutes(now, round) });
      if ((await classDate.reload()).rehearsedAt !== null) waiting.delete(classDate);
    });
  }
  expect(waiting.size).toBe(0);
  expect(asked() - before).toBe(10);
  expect(await ZoomHostCheck.count({ where: { userId: teachers.map(({ id }) => id), leaseHolder: null } })).toBe(10);
  expect(await ClassRisk.count({ where: { classDateId: classDates.map(({ id }) => id) } })).toBe(0);
});
