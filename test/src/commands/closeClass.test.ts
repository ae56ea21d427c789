import { askZoom } from '../../../src/commands/askZoom';
import { cancelClass } from '../../../src/commands/cancelClass';
import { closeClass } from '../../../src/commands/closeClass';
import { recordMeetingEvent } from '../../../src/commands/recordMeetingEvent';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { inTransaction } from '../../../src/db/transaction';
import type { Deps } from '../../../src/deps';
import { planClass } from '../../../src/domain/classPlan';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ClassRisk } from '../../../src/models/ClassRisk';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { readClassFacts } from '../../../src/queries/readClassFacts';
import { hashHost } from '../../../src/security/roomHost';
import { ZoomRefused } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { ago, NOW, siteOfTests, whereZoomSays } from '../../support/askedZoom';
import { buildRun, buildStay } from '../../support/liveScene';
import { newUuid } from '../../support/meetingEvents';
import { RecordingTemporal } from '../../support/recordingTemporal';

const site = siteOfTests();
const temporal = new RecordingTemporal();

const inMinutes = (minutes: number) => ago(-minutes);

/** A class whose end and grace have just passed, and of whose meeting this was told. */
async function buildOver(state: 'live' | 'ended', endedAt: Date | null) {
  const classDate = await buildClassDate({ startsAt: ago(76), state, liveAt: ago(76), endedAt });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  return { classDate, meeting, run: await buildRun(meeting, ago(76), endedAt) };
}

/** Zoom says how the room is, and by the time we have that answer something else has been told. */
function close(
  { id: classDateId }: ClassDate,
  tellMeanwhile: () => Promise<unknown> = () => Promise.resolve(),
  status: 'waiting' | 'started' = 'waiting',
) {
  return closeClass(depsThatSay(status, tellMeanwhile), { classDateId, now: NOW });
}

function depsThatSay(status: 'waiting' | 'started', tellMeanwhile?: () => Promise<unknown>): Deps {
  return { ...whereZoomSays(site.deps, status, tellMeanwhile), temporal };
}

type Told = Parameters<typeof recordMeetingEvent>[2];

function tell(meeting: ZoomMeeting, event: Told) {
  return inTransaction(site.deps.db, (transaction) => recordMeetingEvent(site.deps, meeting, event, transaction));
}

function started(startedAt: Date, uuid = newUuid()): Told {
  return { kind: 'run', event: 'started', uuid, startedAt, endedAt: null };
}

/** The host looks in, so many minutes from now, and leaves. */
function looksIn(from: number, to: number): [Told, Told] {
  const uuid = newUuid();
  const times = { startedAt: inMinutes(from), endedAt: inMinutes(to) };
  return [started(times.startedAt, uuid), { kind: 'run', event: 'ended', uuid, ...times }];
}

const hostComesBack = (meeting: ZoomMeeting) => tell(meeting, started(NOW));

it('closes a class that is over, and whose "ended" was lost', async () => {
  const { classDate } = await buildOver('live', null);
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', closedAt: NOW });
});

it('keeps the doors open where the host came back while Zoom was asked, until it is asked anew', async () => {
  const { classDate, meeting } = await buildOver('ended', ago(2));
  await close(classDate, () => hostComesBack(meeting));
  expect(await classDate.reload()).toMatchObject({ state: 'live', endedAt: null, closedAt: null });
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', closedAt: NOW });
});

it('keeps the doors open where somebody came in while Zoom was asked', async () => {
  const { classDate, run } = await buildOver('live', null);
  await close(classDate, () => buildStay(run, { joinTime: NOW }));
  expect(await classDate.reload()).toMatchObject({ state: 'live', closedAt: null });
});

it('is not kept from closing by what was told before Zoom was asked', async () => {
  const { classDate, run } = await buildOver('ended', ago(2));
  await buildStay(run, { joinTime: ago(70), leaveTime: ago(2) });
  await close(classDate);
  expect(await classDate.reload()).toMatchObject({ state: 'ended', endedAt: ago(2), closedAt: NOW });
});

it('does not take a class for running again by an answer that is older than its end', async () => {
  const { classDate } = await buildOver('live', null);
  await close(classDate, () => classDate.update({ state: 'ended', endedAt: NOW }), 'started');
  expect(await classDate.reload()).toMatchObject({ state: 'ended', endedAt: NOW, closedAt: null });
});

describe('a class whose room was lost for good', () => {
  const DELETED: Told = { kind: 'deleted' };
  const OVER_AT = inMinutes(90);

  /** It starts in ten minutes, and this was told of its room, the last of it late perhaps. */
  async function buildLost(...told: readonly Told[]) {
    const classDate = await buildClassDate({ startsAt: inMinutes(10), state: 'ready' });
    const meeting = await buildMeeting(site.deps.encryption, classDate);
    for (const event of told) await tell(meeting, event);
    expect(await classDate.reload()).toMatchObject({ state: 'preparing' });
    return classDate;
  }

  /** It has just started, and Zoom may be asked about it. */
  async function buildJustStarted() {
    const classDate = await buildClassDate({ startsAt: ago(6), state: 'ready' });
    const meeting = await buildMeeting(site.deps.encryption, classDate, { createdAt: ago(36) });
    return { classDate, meeting };
  }

  async function closed(classDate: ClassDate) {
    await closeClass(site.deps, { classDateId: classDate.id, now: OVER_AT });
    const { state, outcome, closedAt } = await classDate.reload();
    expect(closedAt).toEqual(OVER_AT);
    return { state, outcome };
  }

  const MISSED = { state: 'missed', outcome: 'room_failed' };
  const HELD = { state: 'ended', outcome: null };

  it('was missed if its room was only tried before the start', async () => {
    const classDate = await buildLost(...looksIn(-15, -10), DELETED);
    expect(classDate.liveAt).toEqual(inMinutes(-15));
    expect(await closed(classDate)).toEqual(MISSED);
    const events = await OutcomeEvent.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
    expect(events.at(-1)?.type).toBe('class.missed');
  });

  it('was missed, too, where Zoom tells of that try after the room was lost', async () => {
    const [start, end] = looksIn(-15, -10);
    const classDate = await buildLost(end, DELETED, start);
    expect(classDate.liveAt).toEqual(inMinutes(-15));
    expect(await closed(classDate)).toEqual(MISSED);
  });

  it('was missed, too, where no word came of the end of that try, and Zoom said at the start that it does not run', async () => {
    const { classDate, meeting } = await buildJustStarted();
    await tell(meeting, started(ago(20)));
    await askZoom(depsThatSay('waiting'), { classDateId: classDate.id, now: NOW });
    await tell(meeting, DELETED);
    expect(await closed(classDate)).toEqual(MISSED);
  });

  it('was missed, too, where that try is told only after Zoom has said so', async () => {
    const { classDate, meeting } = await buildJustStarted();
    await askZoom(depsThatSay('waiting'), { classDateId: classDate.id, now: NOW });
    await tell(meeting, started(ago(20)));
    await tell(meeting, DELETED);
    expect(await closed(classDate)).toEqual(MISSED);
  });

  it('was held, for all that is known, where it was of its next room that Zoom said so', async () => {
    const { classDate, meeting } = await buildJustStarted();
    await tell(meeting, started(ago(20)));
    await tell(meeting, DELETED);
    const next = await buildMeeting(site.deps.encryption, classDate, { generation: 2, createdAt: ago(15) });
    await (await classDate.reload()).update({ state: 'ready' });
    await askZoom(depsThatSay('waiting'), { classDateId: classDate.id, now: NOW });
    expect((await classDate.reload()).watchedAt).toEqual(NOW);
    await tell(next, DELETED);
    expect(await closed(classDate)).toEqual(HELD);
  });

  it.each([
    ['went on past its start', looksIn(5, 30)],
    ['began after it', looksIn(12, 30)],
    ['began after it, once the room had been tried', [...looksIn(-15, -10), ...looksIn(12, 30)]],
    ['ended when nobody knows', [started(inMinutes(5))]],
    ['ended when nobody knows, once the room had been tried', [...looksIn(-15, -10), started(inMinutes(9))]],
  ])('was held if what was in it %s', async (_what, told) => {
    expect(await closed(await buildLost(...told, DELETED))).toEqual(HELD);
  });

  it('was held if Zoom had said that it runs, though no word of more than a try had come', async () => {
    const classDate = await buildClassDate({ startsAt: inMinutes(-5), state: 'ready' });
    const meeting = await buildMeeting(site.deps.encryption, classDate);
    for (const event of looksIn(-25, -20)) await tell(meeting, event);
    await askZoom(depsThatSay('started'), { classDateId: classDate.id, now: NOW });
    expect(await classDate.reload()).toMatchObject({ state: 'live', liveAt: NOW, endedAt: null });
    await tell(meeting, DELETED);
    expect(await closed(classDate)).toEqual(HELD);
  });

  describe('and of which Zoom tells only after it was missed', () => {
    async function buildMissed(...told: readonly Told[]) {
      const classDate = await buildLost(DELETED);
      expect(await closed(classDate)).toEqual(MISSED);
      const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
      const hints: unknown[] = [];
      for (const event of told) hints.push(await tell(meeting, event));
      const { state, outcome, liveAt, endedAt } = await classDate.reload();
      return { classDate, hints, now: { state, outcome, liveAt, endedAt } };
    }

    it.each([
      ['in order', looksIn(12, 30)],
      ['the end first', looksIn(12, 30).reverse()],
      ['the end alone', looksIn(12, 30).slice(1)],
      ['after a try', [...looksIn(-15, -10), ...looksIn(12, 30)]],
    ])('is to be settled as one that was held: %s', async (what, told) => {
      const { classDate, hints, now } = await buildMissed(...told);
      const first = inMinutes(what === 'after a try' ? -15 : 12);
      expect([now.state, now.outcome, now.liveAt]).toEqual(['ended', null, first]);
      expect(hints).toContain('late evidence');
      const facts = await readClassFacts(site.deps.db, classDate.id, OVER_AT);
      const aDayLater = inMinutes(24 * 60);
      expect(facts && planClass(facts, aDayLater).steps).toContain('settleClass');
      const events = await OutcomeEvent.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
      expect(events.at(-1)?.type).toBe('class.ended');
    });

    it.each([['0123'], ['3210'], ['1032'], ['2301'], ['2031']])(
      'was live from when its runs began until they ended, told in this order: %s',
      async (order) => {
        const told = [...looksIn(12, 30), ...looksIn(35, 50)];
        const { now } = await buildMissed(...[...order].flatMap((index) => told[Number(index)] ?? []));
        expect(now).toMatchObject({ state: 'ended', liveAt: inMinutes(12), endedAt: inMinutes(50) });
      },
    );

    it('stays missed where it was but a try', async () => {
      const { hints, now } = await buildMissed(...looksIn(-15, -10));
      expect([now, hints]).toMatchObject([MISSED, [null, null]]);
    });
  });
});

describe('a try of whose end no word came, and of which Zoom said after the start that it does not go on', () => {
  /** Nobody has come since; that its room was tried is told only now. */
  async function buildWatched(fields: Partial<ClassDate>) {
    const watched = { state: 'ready', watchedAt: ago(5), stateReason: 'not_started' } as const;
    const classDate = await buildClassDate({ startsAt: ago(10), ...watched, ...fields });
    const meeting = await buildMeeting(site.deps.encryption, classDate, { createdAt: ago(110) });
    await tell(meeting, started(ago(30)));
    return classDate.reload();
  }

  it('does not make the class live when it is told late', async () => {
    expect(await buildWatched({})).toMatchObject({ state: 'ended', liveAt: ago(30), endedAt: ago(30) });
  });

  it('says nothing of a class that is closed', async () => {
    const closed = {
      state: 'ended',
      startsAt: ago(80),
      watchedAt: ago(20),
      endedAt: ago(20),
      closedAt: ago(5),
    } as const;
    expect(await buildWatched(closed)).toMatchObject({ liveAt: ago(30), endedAt: ago(5) });
    const tried = { ...closed, startsAt: ago(25), watchedAt: ago(18), endedAt: ago(10) };
    expect(await buildWatched(tried)).toMatchObject({ liveAt: null, endedAt: ago(10) });
  });
});

describe('a class of whose room Zoom refuses to tell', () => {
  /** Its teacher has connected the Zoom account of that user, and its room is in Ada's. */
  async function closedBy(zoomUserId: string, now = NOW) {
    const { classDate, meeting } = await buildOver('ended', ago(20));
    await meeting.update({ hostHash: hashHost(meeting.marker, 'ada') });
    await ZoomConnection.create({ userId: meeting.teacherId, state: 'connected', zoomUserId });
    const getMeeting = () => Promise.reject(new ZoomRefused(400, 3000));
    const deps = { ...site.deps, temporal, zoom: { ...site.deps.zoom, getMeeting } };
    await closeClass(deps, { classDateId: classDate.id, now });
    return classDate.reload();
  }

  afterEach(() => ZoomConnection.destroy({ where: {} }));

  it('is closed by the last word where it is in another account', async () => {
    expect(await closedBy('grace')).toMatchObject({ state: 'ended', endedAt: ago(20), closedAt: NOW });
  });

  it('is asked about again where it is in the account that is connected: that may pass', async () => {
    const { closedAt, nextAttemptAt } = await closedBy('ada');
    expect([closedAt, nextAttemptAt !== null]).toEqual([null, true]);
  });

  it('is closed by the last word where that does not pass for a quarter of an hour', async () => {
    const now = ago(-15);
    expect(await closedBy('ada', now)).toMatchObject({ state: 'ended', endedAt: ago(20), closedAt: now });
  });
});

describe('a class that was closed without a word of its end', () => {
  /** Its room of before was lost while it ran; another ran then, of which Zoom tells late. */
  async function buildClosed() {
    const { classDate, meeting: former } = await buildOver('ended', ago(50));
    await former.update({ isCurrent: null, state: 'gone' });
    const meeting = await buildMeeting(site.deps.encryption, classDate, { generation: 2 });
    await classDate.update({ endedAt: ago(1), closedAt: NOW });
    return { classDate, former, meeting };
  }

  it('ended when Zoom says late that its last room did', async () => {
    const { classDate, meeting } = await buildClosed();
    await tell(meeting, looksIn(-40, -20)[1]);
    expect(await classDate.reload()).toMatchObject({ state: 'ended', liveAt: ago(76), endedAt: ago(20) });
  });

  it.each([['01'], ['10']])(
    'ended when it was closed where its last run goes on by what is told, in this order: %s',
    async (order) => {
      const { classDate, meeting } = await buildClosed();
      const told = [looksIn(-75, -40)[1], started(ago(35))];
      for (const index of order) await tell(meeting, told[Number(index)] ?? looksIn(0, 0)[0]);
      expect(await classDate.reload()).toMatchObject({ endedAt: NOW });
    },
  );

  it('ended when it is told to have, though its room is opened again after it was closed', async () => {
    const { classDate, meeting } = await buildOver('ended', ago(26));
    await classDate.update({ closedAt: ago(1) });
    await tell(meeting, started(NOW));
    expect(await classDate.reload()).toMatchObject({ liveAt: ago(76), endedAt: ago(26) });
  });

  it('was not live, though its room is opened after it was closed, until the end of that is told', async () => {
    const classDate = await buildClassDate({ startsAt: ago(76), state: 'ended', endedAt: ago(16), closedAt: ago(1) });
    const meeting = await buildMeeting(site.deps.encryption, classDate);
    await tell(meeting, started(NOW));
    expect(await classDate.reload()).toMatchObject({ liveAt: null, endedAt: ago(16) });
  });

  it('did not end with a former room', async () => {
    const { classDate, former, meeting } = await buildClosed();
    await tell(meeting, looksIn(-40, -20)[1]);
    await tell(former, looksIn(-76, -10)[1]);
    expect(await classDate.reload()).toMatchObject({ endedAt: ago(20) });
  });

  it('did not end with a try of its room', async () => {
    const said = { state: 'ended', liveAt: ago(70), endedAt: ago(1), closedAt: NOW } as const;
    const classDate = await buildClassDate({ startsAt: ago(76), ...said });
    const meeting = await buildMeeting(site.deps.encryption, classDate);
    for (const event of looksIn(-90, -85)) await tell(meeting, event);
    expect(await classDate.reload()).toMatchObject({ liveAt: ago(90), endedAt: ago(1) });
  });
});

it('a class that overruns is a risk no more of its host’s next one once it is cancelled', async () => {
  const { classDate } = await buildOver('live', null);
  const order = await buildOrder({ teacherId: classDate.teacherId });
  const { id: classDateId } = await buildClassDate({ order, startsAt: inMinutes(10), state: 'ready' });
  await close(classDate, undefined, 'started');
  const isOpen = { classDateId, kind: 'overrun' as const, isOpen: true };
  expect(await ClassRisk.count({ where: isOpen })).toBe(1);
  await cancelClass({ ...site.deps, temporal }, { classDateId: classDate.id, force: true }, THE_SYSTEM);
  expect(await ClassRisk.count({ where: isOpen })).toBe(0);
  temporal.hints.length = 0;
});

it('a class that overruns is a risk of its host’s next one, told once, and cleared when it closes', async () => {
  const { classDate } = await buildOver('live', null);
  const order = await buildOrder({ teacherId: classDate.teacherId });
  const next = await buildClassDate({ order, startsAt: inMinutes(10), state: 'ready' });
  const later = await buildClassDate({ order, startsAt: inMinutes(120) });
  const others = await buildClassDate({ startsAt: inMinutes(10), state: 'ready' });
  const goesOn = () => close(classDate, undefined, 'started');
  await goesOn();
  await goesOn();
  const ids = [next.id, later.id, others.id];
  const risks = await ClassRisk.findAll({ where: { classDateId: ids } });
  const isOpen = { classDateId: next.id, kind: 'overrun', detail: String(classDate.id), isOpen: true };
  expect(risks).toMatchObject([isOpen]);
  const mails = await MailDelivery.findAll({ where: { classDateId: ids } });
  expect(mails).toMatchObject([{ userId: classDate.teacherId, kind: 'class_at_risk', state: 'queued' }]);
  expect(temporal.hints).toEqual([`${next.id}: class before overruns`]);
  await close(classDate);
  expect(await ClassRisk.findAll({ where: { classDateId: ids } })).toMatchObject([{ isOpen: null, clearedAt: NOW }]);
});
