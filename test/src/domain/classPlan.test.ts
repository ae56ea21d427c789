import { planClass, type ClassFacts } from '../../../src/domain/classPlan';
import { addMinutes } from '../../../src/domain/clock';
import { buildClassFacts } from '../../factories/classFacts';

const START = new Date('2026-12-01T10:00:00Z');
const at = (minutes: number) => addMinutes(START, minutes);

/** Lately, and as the class is even after an edit: rehearsing is not what these are about. */
const REHEARSED = { doneAt: at(-100), version: 2, notBefore: null, openRisks: 0 };
const facts = (changes: Partial<ClassFacts> = {}) => buildClassFacts(START, { rehearsal: REHEARSED, ...changes });

const CREATED = { state: 'created', syncedVersion: 1, nextAttemptAt: null, seenAt: null, toldChanged: false } as const;
const REMINDERS = ['class_reminder', 'guest_invitation', 'teacher_start'];

describe('planClass', () => {
  it('only waits before the lead time', () => {
    const plan = planClass(facts(), at(-31));
    expect(plan).toEqual({
      ...{ phase: 'waiting', steps: [], mails: [], earlyReminders: [], atRisk: false },
      ...{ nextLookAt: at(-30), waitingFor: 'opens' },
    });
  });

  it('reminds early where that is set, and waits for each of them', () => {
    const early = facts({ furtherReminders: [1440, 120] });
    expect(planClass(early, at(-1441))).toMatchObject({
      ...{ earlyReminders: [], nextLookAt: at(-1440), waitingFor: 'reminds early' },
    });
    expect(planClass(early, at(-1440))).toMatchObject({ earlyReminders: [1440], nextLookAt: at(-120) });
    expect(planClass(early, at(-60))).toMatchObject({ earlyReminders: [1440, 120], nextLookAt: at(-30) });
    for (const over of [{ state: 'cancelled' }, { state: 'missed' }, { closedAt: at(-70) }] as const) {
      expect(planClass({ ...early, ...over }, at(-60)).earlyReminders).toEqual([]);
    }
    expect(planClass(early, at(75)).earlyReminders).toEqual([]);
  });

  it('makes the meeting from the lead time on, before any mail', () => {
    const plan = planClass(facts(), at(-30));
    expect(plan).toMatchObject({ phase: 'preparing', steps: ['makeMeeting'], mails: [], nextLookAt: at(-25) });
  });

  it('makes no room while another must go or may be there, unless Zoom does not say', () => {
    const stepsWith = (changes: Partial<ClassFacts>) => planClass(facts(changes), at(-30)).steps;
    expect(stepsWith({ removals: { due: 1, nextAttemptAt: null } })).toEqual(['removeMeetings']);
    expect(stepsWith({ removals: { due: 0, nextAttemptAt: at(-29) } })).toEqual(['makeMeeting']);
    expect(stepsWith({ unresolved: { due: 1, nextAttemptAt: null } })).toEqual(['resolveAttempts']);
    expect(stepsWith({ unresolved: { due: 0, nextAttemptAt: at(-29.25) } })).toEqual([]);
    expect(stepsWith({ unresolved: { due: 0, nextAttemptAt: at(-29) } })).toEqual(['makeMeeting']);
    expect(stepsWith({ lateLooks: { due: 1, nextAttemptAt: null } })).toEqual(['resolveAttempts']);
    expect(stepsWith({ lateLooks: { due: 0, nextAttemptAt: at(-29.75) } })).toEqual(['makeMeeting']);
  });

  it('reminds as soon as the meeting is there', () => {
    const plan = planClass(facts({ state: 'ready', meeting: CREATED, passesWithoutLink: 2 }), at(-29));
    expect(plan.steps).toEqual(['makePersonalLinks']);
    expect(plan.mails).toEqual(REMINDERS);
  });

  it('reminds at T−25 although there is no meeting, because people’s links lead to us; the teacher’s does not', () => {
    const failing = {
      state: 'planned',
      syncedVersion: 0,
      nextAttemptAt: at(-24),
      seenAt: null,
      toldChanged: false,
    } as const;
    expect(planClass(facts({ state: 'preparing', meeting: failing }), at(-26)).mails).toEqual([]);
    expect(planClass(facts({ state: 'preparing', meeting: failing }), at(-25))).toMatchObject({
      mails: ['class_reminder', 'guest_invitation'],
      steps: [],
      nextLookAt: at(-24),
    });
  });

  it('waits for a teacher who is not connected, and tells teacher and admins', () => {
    const waiting = facts({ state: 'preparing', stateReason: 'teacher_not_connected', teacherConnected: false });
    const plan = planClass(waiting, at(-28));
    expect(plan.steps).toEqual([]);
    expect(plan.mails).toEqual(['teacher_not_connected']);
    expect(planClass({ ...waiting, teacherConnected: true }, at(-10)).steps).toEqual(['makeMeeting']);
  });

  it('never makes a meeting while an earlier attempt is unknown', () => {
    const unknown = facts({
      state: 'preparing',
      meeting: { state: 'unknown', syncedVersion: 1, nextAttemptAt: null, seenAt: null, toldChanged: false },
      unresolved: { due: 1, nextAttemptAt: null },
    });
    expect(planClass(unknown, at(-29)).steps).toEqual(['resolveAttempts']);
  });

  it('patches a meeting that is behind the class', () => {
    expect(planClass(facts({ state: 'ready', version: 2, meeting: CREATED }), at(-20)).steps).toEqual([
      'updateMeeting',
    ]);
  });

  it('takes the links of removed people back before it makes new ones, while there is a room', () => {
    const dropped = { due: 1, nextAttemptAt: null };
    const open = facts({ state: 'ready', meeting: CREATED, passesWithoutLink: 1, droppedRegistrants: dropped });
    expect(planClass(open, at(-20)).steps).toEqual(['cancelRegistrants']);
    expect(planClass({ ...open, meeting: null, state: 'preparing' }, at(-20)).steps).toEqual(['makeMeeting']);
    const later = planClass({ ...open, droppedRegistrants: { due: 0, nextAttemptAt: at(-19) } }, at(-20));
    expect(later).toMatchObject({ steps: ['makePersonalLinks'], nextLookAt: at(-19) });
  });

  it.each([
    ['not before T−5', null, -6, []],
    ['at T−5', null, -5, ['lookAtRoom']],
    ['until the class starts', null, -0.1, ['lookAtRoom']],
    ['not after that', null, 0, []],
    ['again when it was seen long before', -11, -5, ['lookAtRoom']],
    ['not when it has just been seen', -10, -5, []],
    ['not again', -5, -4, []],
  ] as const)('looks at the room %s', (_what, seen, minutes, steps) => {
    const meeting = { ...CREATED, seenAt: seen === null ? null : at(seen) };
    expect(planClass(facts({ state: 'ready', meeting }), at(minutes)).steps).toEqual(steps);
  });

  it('looks at no room of a class that runs, and not before Zoom may be asked again', () => {
    expect(planClass(facts({ state: 'live', meeting: CREATED }), at(-3)).steps).toEqual([]);
    const later = facts({ state: 'ready', meeting: CREATED, nextAttemptAt: at(-2) });
    expect(planClass(later, at(-3))).toMatchObject({ steps: [], nextLookAt: at(-2) });
  });

  it('looks at a room that Zoom says was changed, at any time before the class is over or live, after our own edit', () => {
    const meeting = { ...CREATED, toldChanged: true };
    for (const state of ['scheduled', 'ready'] as const) {
      expect(planClass(facts({ state, meeting }), at(-120)).steps).toContain('lookAtRoom');
    }
    expect(planClass(facts({ state: 'ended', endedAt: at(-130), meeting }), at(-120)).steps).toContain('lookAtRoom');
    for (const other of [
      { state: 'live' },
      { state: 'ended' },
      { teacherConnected: false },
      { nextAttemptAt: at(-119) },
      { meeting: CREATED },
      { version: 2, meeting: { ...meeting, nextAttemptAt: at(-100) } },
    ] as const) {
      expect(planClass(facts({ state: 'ready', meeting, ...other }), at(-120)).steps).not.toContain('lookAtRoom');
    }
    expect(planClass(facts({ state: 'ready', meeting }), at(60)).steps).not.toContain('lookAtRoom');
  });

  it('looks at a room that was tried beforehand, too', () => {
    const tried = facts({ state: 'ended', endedAt: at(-20), meeting: CREATED });
    expect(planClass(tried, at(-5)).steps).toEqual(['lookAtRoom']);
  });

  it('looks at no room that is about to be brought up to the class, nor brings it up while its teacher has no Zoom', () => {
    const stale = facts({ state: 'ready', version: 2, meeting: CREATED });
    expect(planClass(stale, at(-5)).steps).toEqual(['updateMeeting']);
    const later = { ...CREATED, nextAttemptAt: at(-4) };
    expect(planClass({ ...stale, meeting: later }, at(-5)).steps).toEqual(['lookAtRoom']);
    expect(planClass({ ...stale, teacherConnected: false }, at(-120)).steps).not.toContain('updateMeeting');
  });

  it('asks why it has not started, once', () => {
    const ready = facts({ state: 'ready', meeting: CREATED });
    expect(planClass(ready, at(4)).steps).toEqual([]);
    expect(planClass(ready, at(5)).steps).toEqual(['askZoom']);
    const watched = planClass({ ...ready, watchedAt: at(5) }, at(6));
    expect(watched.steps).toEqual([]);
    expect(watched.mails).toContain('teacher_not_started');
  });

  it.each(['ready', 'live', 'ended'] as const)('closes a class that is %s after its grace', (state) => {
    expect(planClass(facts({ state, meeting: CREATED, watchedAt: at(5) }), at(74)).steps).toEqual([]);
    expect(planClass(facts({ state, meeting: CREATED, watchedAt: at(5) }), at(75)).steps).toEqual(['closeClass']);
  });

  it('keeps the door open while Zoom says it still runs', () => {
    const overrun = facts({ state: 'live', stateReason: 'overrun', meeting: CREATED, nextAttemptAt: at(78) });
    expect(planClass(overrun, at(76))).toMatchObject({ phase: 'overrun', steps: [], nextLookAt: at(78) });
  });

  it('asks whether it still runs when the host’s next class is near, and no later than it closes', () => {
    const live = facts({ state: 'live', meeting: CREATED, nextOfHostAt: at(60) });
    expect(planClass(live, at(60))).toMatchObject({ steps: [], nextLookAt: at(62) });
    expect(planClass(live, at(62)).steps).toEqual(['lookAtOverrun']);
    expect(planClass({ ...live, nextAttemptAt: at(64) }, at(62))).toMatchObject({ steps: [], nextLookAt: at(64) });
    const afterBreak = { ...live, nextOfHostAt: at(75) };
    expect(planClass(afterBreak, at(62))).toMatchObject({ steps: [], nextLookAt: at(70) });
    expect(planClass(afterBreak, at(70)).steps).toEqual(['lookAtOverrun']);
    const afterLongBreak = { ...live, nextOfHostAt: at(80) };
    expect(planClass(afterLongBreak, at(74))).toMatchObject({ steps: [], nextLookAt: at(75) });
    expect(planClass(afterLongBreak, at(75)).steps).toEqual(['closeClass']);
  });

  it.each(['scheduled', 'preparing'] as const)('gives up a class that is %s at its end', (state) => {
    const plan = planClass(facts({ state }), at(60));
    expect(plan.steps).toEqual(['closeClass']);
  });

  it('settles 90 minutes after the end, later when it overran', () => {
    const closed = facts({ state: 'ended', closedAt: at(75), endedAt: at(60) });
    expect(planClass(closed, at(149))).toMatchObject({ phase: 'settling', steps: [], nextLookAt: at(150) });
    expect(planClass(closed, at(150)).steps).toEqual(['settleClass']);
    expect(planClass({ ...closed, endedAt: at(100) }, at(150)).nextLookAt).toEqual(at(190));
  });

  it('is done when settled, until later evidence comes', () => {
    const settled = facts({ state: 'settled', closedAt: at(75), settledAt: at(150) });
    expect(planClass(settled, at(151))).toMatchObject({ phase: 'done', steps: [], nextLookAt: null });
    expect(planClass({ ...settled, evidenceAt: at(160) }, at(161)).steps).toEqual(['settleClass']);
  });

  it('is not done when settled while Zoom’s list may still grow', () => {
    const settled = facts({ state: 'settled', closedAt: at(75), settledAt: at(150), nextAttemptAt: at(210) });
    expect(planClass(settled, at(209))).toMatchObject({ phase: 'settling', steps: [], nextLookAt: at(210) });
    expect(planClass(settled, at(210)).steps).toEqual(['settleClass']);
  });

  it('removes a cancelled class’s meeting and tells those who were told', () => {
    const cancelled = facts({ state: 'cancelled', removals: { due: 1, nextAttemptAt: null } });
    expect(planClass(cancelled, at(-20))).toMatchObject({ steps: ['removeMeetings'], mails: ['cancelled'] });
  });

  it('is not done with a cancelled class while an attempt is unknown', () => {
    const cancelled = facts({ state: 'cancelled', unresolved: { due: 0, nextAttemptAt: at(-18) } });
    expect(planClass(cancelled, at(-20))).toMatchObject({ phase: 'done', steps: [], nextLookAt: at(-18) });
  });

  it.each(['cancelled', 'missed', 'settled'] as const)(
    'looks late for what was given up of one that is %s',
    (state) => {
      const later = facts({ state, lateLooks: { due: 0, nextAttemptAt: at(70) } });
      expect(planClass(later, at(69))).toMatchObject({ steps: [], nextLookAt: at(70) });
      const due = facts({ state, lateLooks: { due: 1, nextAttemptAt: null } });
      expect(planClass(due, at(70)).steps).toContain('resolveAttempts');
    },
  );

  it('asks for a teacher who tried the room beforehand like for any other, but not for one who has begun', () => {
    const tried = facts({ state: 'ended', meeting: CREATED, endedAt: at(-10) });
    expect(planClass(tried, at(4)).steps).toEqual([]);
    expect(planClass(tried, at(5)).steps).toEqual(['askZoom']);
    expect(planClass({ ...tried, watchedAt: at(5) }, at(6))).toMatchObject({
      steps: [],
      mails: [...REMINDERS, 'teacher_not_started'],
    });
    expect(planClass({ ...tried, endedAt: at(3) }, at(5)).steps).toEqual([]);
    expect(planClass({ ...tried, endedAt: null }, at(5)).steps).toEqual([]);
  });

  it('asks once where a class is live since before its start: that it ended may not have been told', () => {
    const early = facts({ state: 'live', liveAt: at(-10), meeting: { ...CREATED, seenAt: at(-5) } });
    expect(planClass(early, at(4)).steps).toEqual([]);
    expect(planClass(early, at(5)).steps).toEqual(['askZoom']);
    expect(planClass({ ...early, meeting: { ...CREATED, seenAt: at(5) } }, at(6)).steps).toEqual([]);
    expect(planClass({ ...early, liveAt: at(0) }, at(5)).steps).toEqual([]);
  });
});
