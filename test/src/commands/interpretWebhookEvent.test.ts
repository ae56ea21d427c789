import fc from 'fast-check';
import { interpretWebhookEvent } from '../../../src/commands/interpretWebhookEvent';
import type { Deps } from '../../../src/deps';
import type { ClassDate } from '../../../src/models/ClassDate';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import type { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import {
  ENDED_AT,
  ended,
  HOST,
  joined,
  left,
  newUuid,
  STARTED_AT,
  started,
  type Told,
} from '../../support/meetingEvents';
import { receiveEvent } from '../../support/receiveEvent';
import { toldSiteOfTests } from '../../support/toldSite';

const site = toldSiteOfTests();
const { temporal, tell, buildReadyClass } = site;

async function outcome(classDate: ClassDate, meeting: ZoomMeeting) {
  await Promise.all([classDate.reload(), meeting.reload()]);
  const instances = await ZoomMeetingInstance.findAll({ where: { zoomMeetingId: meeting.id }, order: ['uuid'] });
  const segments = await ZoomParticipant.findAll({
    where: { instanceId: instances.map(({ id }) => id) },
    order: ['zoomSessionUserId'],
  });
  return {
    class: [classDate.state, classDate.liveAt, classDate.endedAt],
    meeting: [meeting.status, meeting.actualStartTime, meeting.actualEndTime],
    instances: instances.map(({ startedAt, endedAt }) => [startedAt, endedAt]),
    segments: segments.map((segment) => [
      segment.zoomSessionUserId,
      segment.matchedBy,
      segment.role,
      segment.userName,
      segment.joinTime,
      segment.leaveTime,
    ]),
  };
}

describe('any order, any repeats', () => {
  it('one run with two people ends in the same rows and state', async () => {
    const order = fc
      .shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 })
      .chain((each) => fc.array(fc.nat(4), { maxLength: 4 }).map((repeats) => [...each, ...repeats]));
    await fc.assert(
      fc.asyncProperty(order, async (sequence) => {
        const { classDate, meeting, pass } = await buildReadyClass();
        const uuid = newUuid();
        const a = { user_id: '16778240', user_name: 'Jan', registrant_id: pass.registrantId, email: '' };
        const b = { user_id: 16779264, user_name: 'Host', id: HOST, email: 'host@example.test' };
        const events = [
          started(meeting, uuid),
          joined(meeting, uuid, a),
          joined(meeting, uuid, b),
          left(meeting, uuid, { ...a, registrant_id: null }),
          ended(meeting, uuid),
        ];
        for (const index of sequence) {
          const event = events[index];
          if (event) await tell(event);
        }
        expect(await outcome(classDate, meeting)).toEqual({
          class: ['ended', new Date(STARTED_AT), new Date(ENDED_AT)],
          meeting: ['ended', new Date(STARTED_AT), new Date(ENDED_AT)],
          instances: [[new Date(STARTED_AT), new Date(ENDED_AT)]],
          segments: [
            [
              '16778240',
              'registrant',
              'participant',
              'Jan',
              new Date('2026-11-22T09:32:00Z'),
              new Date('2026-11-22T10:00:00Z'),
            ],
            ['16779264', 'host', 'host', 'Host', new Date('2026-11-22T09:32:00Z'), null],
          ],
        });
      }),
      { numRuns: 60 },
    );
  });

  it('two runs, the second still going, end with a live class', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), async (sequence) => {
        const { classDate, meeting } = await buildReadyClass();
        const [first, second] = [newUuid(), newUuid()];
        const back = '2026-11-22T09:45:00Z';
        const events = [
          started(meeting, first),
          ended(meeting, first, '2026-11-22T09:40:00Z'),
          started(meeting, second, back),
        ];
        for (const index of sequence) {
          const event = events[index];
          if (event) await tell(event);
        }
        const { class: classRow, meeting: meetingRow } = await outcome(classDate, meeting);
        expect(classRow).toEqual(['live', new Date(STARTED_AT), null]);
        expect(meetingRow).toEqual(['started', new Date(STARTED_AT), null]);
      }),
      { numRuns: 20 },
    );
  });
});

it('follows a class from ready to live, ended, and live again, telling its workflow each time once', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const [first, second] = [newUuid(), newUuid()];
  const states: string[] = [];
  const events = [
    started(meeting, first),
    started(meeting, first),
    ended(meeting, first),
    started(meeting, second, '2026-11-22T10:31:00Z'),
    started(meeting, first),
  ];
  for (const event of events) {
    await tell(event);
    await classDate.reload();
    states.push(classDate.state);
  }
  expect(states).toEqual(['live', 'live', 'ended', 'live', 'live']);
  const { id } = classDate;
  expect(temporal.hints).toEqual([`${id}: meeting started`, `${id}: meeting ended`, `${id}: meeting started`]);
  const audits = await ZoomAuditLog.findAll({
    where: { entityType: 'zoom_meeting', entityId: meeting.id },
    order: ['id'],
  });
  expect(audits.map(({ action }) => action).filter((action) => action !== 'webhook_received')).toEqual([
    'meeting_started',
    'meeting_ended',
    'meeting_started',
  ]);
});

it.each([
  ['later', [STARTED_AT, '2026-11-22T09:31:20Z']],
  ['earlier', ['2026-11-22T09:31:20Z', STARTED_AT]],
])(
  'a run that is told twice, the second time as begun a little %s, begins once, as early as was told',
  async (_when, starts) => {
    const { classDate, meeting } = await buildReadyClass();
    const uuid = newUuid();
    for (const start of starts) await tell(started(meeting, uuid, start));
    const { class: classRow, meeting: meetingRow, instances } = await outcome(classDate, meeting);
    const first = new Date(STARTED_AT);
    expect([classRow, meetingRow, instances]).toEqual([
      ['live', first, null],
      ['started', first, null],
      [[first, null]],
    ]);
    const where = { entityType: 'zoom_meeting', entityId: meeting.id, action: 'meeting_started' };
    expect(await ZoomAuditLog.count({ where })).toBe(1);
  },
);

it('a run that a later one followed is over, even when its end was never told', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const [first, second] = [newUuid(), newUuid()];
  await tell(started(meeting, first));
  await tell(started(meeting, second, '2026-11-22T10:00:00Z'));
  await tell(ended(meeting, second, '2026-11-22T10:20:00Z', '2026-11-22T10:00:00Z'));
  await classDate.reload();
  expect(classDate).toMatchObject({ state: 'ended', endedAt: new Date('2026-11-22T10:20:00Z') });
});

describe('who somebody is', () => {
  it('is told by registrant, then host, then address, and never by name', async () => {
    const { classDate, meeting, pass } = await buildReadyClass();
    const uuid = newUuid();
    await tell(
      joined(meeting, uuid, {
        user_id: '1',
        user_name: 'x',
        registrant_id: pass.registrantId,
        email: 'other@example.test',
      }),
    );
    await tell(joined(meeting, uuid, { user_id: '2', user_name: 'y', participant_user_id: HOST, email: pass.email }));
    await tell(joined(meeting, uuid, { user_id: '3', user_name: 'z', id: '', email: pass.email.toUpperCase() }));
    await tell(joined(meeting, uuid, { user_id: '4', user_name: pass.email, email: '' }));
    const { segments } = await outcome(classDate, meeting);
    expect(segments.map(([id, matchedBy, role]) => [id, matchedBy, role])).toEqual([
      ['1', 'registrant', 'participant'],
      ['2', 'host', 'host'],
      ['3', 'email', 'participant'],
      ['4', 'none', 'participant'],
    ]);
  });

  it('a guest’s pass makes a guest, and somebody who comes back has two segments', async () => {
    const { classDate, meeting, pass } = await buildReadyClass();
    await pass.update({ userId: null, guestId: await guestOf(classDate) });
    const uuid = newUuid();
    for (const userId of ['11', '12']) {
      await tell(joined(meeting, uuid, { user_id: userId, registrant_id: pass.registrantId, email: '' }));
    }
    const { segments } = await outcome(classDate, meeting);
    expect(segments.map(([id, , role]) => [id, role])).toEqual([
      ['11', 'guest'],
      ['12', 'guest'],
    ]);
    expect(temporal.hints).toEqual([]);
  });

  async function guestOf(classDate: ClassDate): Promise<number> {
    const guest = await OrderGuest.create({ orderId: classDate.orderId, email: 'guest@example.test' });
    return guest.id;
  }
});

describe('breakout rooms', () => {
  const inRoom = (event: Told, participant: object): Told => {
    const { object } = event.payload;
    return {
      event: `${event.event}_breakout_room`,
      payload: { object: { ...object, breakout_room_uuid: newUuid(), participant } },
    };
  };

  it('are being there, of whoever is in the meeting with that number, whichever is told first', async () => {
    const results = [];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
      [2, 3, 0, 1, 2],
    ]) {
      const { classDate, meeting, pass } = await buildReadyClass();
      const uuid = newUuid();
      const times = { join_time: '2026-11-22T09:40:00Z' };
      const events = [
        joined(meeting, uuid, { user_id: '1', user_name: 'Sam', registrant_id: pass.registrantId }),
        inRoom(joined(meeting, uuid, {}), { user_id: '2', parent_user_id: '1', user_name: 'Sam', ...times }),
        left(meeting, uuid, { user_id: '1', user_name: 'Sam', leave_time: '2026-11-22T09:40:00Z' }),
        inRoom(left(meeting, uuid, {}), { user_id: 2, parent_user_id: 1, leave_time: '2026-11-22T10:00:00Z' }),
      ];
      for (const index of order) if (events[index]) await tell(events[index]);
      const { segments } = await outcome(classDate, meeting);
      results.push(segments);
    }
    const [first, ...others] = results;
    expect(first).toEqual([
      ['1', 'registrant', 'participant', 'Sam', new Date('2026-11-22T09:32:00Z'), new Date('2026-11-22T09:40:00Z')],
      ['2', 'registrant', 'participant', 'Sam', new Date('2026-11-22T09:40:00Z'), new Date('2026-11-22T10:00:00Z')],
    ]);
    for (const other of others) expect(other).toEqual(first);
  });
});

it('what belongs to somebody’s stay follows what is known of that most surely, in any order', async () => {
  const orders = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const { classDate, meeting, pass } = await buildReadyClass();
      const { id: userId, email } = await buildUser('student');
      const { pass: other } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
      const uuid = newUuid();
      const [who, part] = [
        { user_id: '1', user_name: 'Sam' },
        { user_id: '2', parent_user_id: '1', user_name: 'Sam' },
      ];
      const inRoom = (told: Told): Told => ({ ...told, event: `${told.event}_breakout_room` });
      const events = [
        joined(meeting, uuid, { ...who, registrant_id: pass.registrantId }),
        // Signed in at Zoom with the address of somebody else of the class.
        left(meeting, uuid, { ...who, registrant_id: null, email: other.email }),
        inRoom(joined(meeting, uuid, { ...part, email: other.email })),
        inRoom(left(meeting, uuid, { ...part, email: other.email })),
      ];
      for (const index of order) if (events[index]) await tell(events[index]);
      const { segments } = await outcome(classDate, meeting);
      expect(segments.map(([id, matchedBy]) => [id, matchedBy])).toEqual([
        ['1', 'registrant'],
        ['2', 'registrant'],
      ]);
      const passIds = await ZoomParticipant.findAll({ where: { passId: pass.id } });
      expect(passIds).toHaveLength(2);
    }),
    { numRuns: 24 },
  );
});

it('a telephone that Zoom has bound to somebody is theirs, whichever is told first', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0, 1],
  ]) {
    const { classDate, meeting, pass } = await buildReadyClass();
    const uuid = newUuid();
    const phone = { user_id: '2', user_name: '1555*****12', phone_number: '155500012', registrant_id: '' };
    const later = { join_time: '2026-11-22T09:33:00Z', bind_user_id: '1', bind_participant_uuid: 'someone' };
    const bound = joined(meeting, uuid, { ...phone, ...later });
    const events = [
      joined(meeting, uuid, { user_id: '1', user_name: 'Sam', registrant_id: pass.registrantId }),
      joined(meeting, uuid, phone),
      { ...bound, event: 'meeting.participant_bind' },
    ];
    for (const index of order) if (events[index]) await tell(events[index]);
    const { segments } = await outcome(classDate, meeting);
    expect(segments.map(([id, matchedBy, , , joinTime]) => [id, matchedBy, joinTime])).toEqual([
      ['1', 'registrant', new Date('2026-11-22T09:32:00Z')],
      ['2', 'registrant', new Date('2026-11-22T09:32:00Z')],
    ]);
  }
});

it('a meeting that Zoom says was moved or made longer is to be looked at; the echo of our own edit is not', async () => {
  const { classDate, meeting } = await buildReadyClass();
  const change = (fields: Record<string, unknown>) => ({
    event: 'meeting.updated',
    payload: { object: { id: Number(meeting.meetingId), ...fields } },
  });
  const asIs = { start_time: classDate.startsAt.toISOString(), duration: classDate.durationMinutes };
  for (const fields of [asIs, { duration: String(classDate.durationMinutes) }, { topic: 'Another' }]) {
    await tell(change(fields));
  }
  expect([(await meeting.reload()).changesTold, temporal.hints]).toEqual([0, []]);
  await tell(change({ start_time: '2030-01-01T10:00:00Z' }));
  await tell(change({ duration: classDate.durationMinutes + 15 }));
  const hint = `${classDate.id}: meeting updated`;
  expect([(await meeting.reload()).changesTold, temporal.hints]).toEqual([2, [hint, hint]]);
  // What is flagged may have been put right.
  await meeting.update({ lastError: 'Changed in Zoom: moved.' });
  await tell(change(asIs));
  expect((await meeting.reload()).changesTold).toBe(3);
});

describe('rows of the inbox', () => {
  it('a meeting that is not ours is kept as unmatched', async () => {
    const { meeting } = await buildReadyClass();
    meeting.meetingId = '123';
    expect((await tell(started(meeting, newUuid()))).state).toBe('unmatched');
  });

  it('an event we do not act on is kept as processed', async () => {
    const { classDate, meeting } = await buildReadyClass();
    const event = await tell({ event: 'meeting.created', payload: { object: { id: meeting.meetingId } } });
    expect(event.state).toBe('processed');
    expect((await outcome(classDate, meeting)).segments).toEqual([]);
  });

  it('an event that is not as documented fails at once, and its row says so without its content', async () => {
    const { meeting } = await buildReadyClass();
    const event = await tell({
      event: 'meeting.participant_joined',
      payload: { object: { id: meeting.meetingId, uuid: newUuid(), participant: { user_name: 'Secret Name' } } },
    });
    const lastError = 'Zoom sent it without, or with an odd, payload.object.participant.user_id.';
    expect(event).toMatchObject({ state: 'failed', leaseHolder: null, lastError });
  });

  it('a row is interpreted by one process at a time, and once', async () => {
    const { meeting } = await buildReadyClass();
    const body = JSON.stringify(started(meeting, newUuid()));
    const id = await receiveEvent(site.deps, body);
    expect(await receiveEvent(site.deps, body)).toBeNull();
    await Promise.all(Array.from({ length: 10 }, () => interpretWebhookEvent(site.deps, id ?? 0)));
    await interpretWebhookEvent(site.deps, id ?? 0);
    expect(await WebhookEvent.findByPk(id ?? 0)).toMatchObject({ state: 'processed', attempts: 1 });
    expect(temporal.hints).toHaveLength(1);
  });

  it('after a fault of ours the row stays for the relay, with a wait', async () => {
    const { meeting } = await buildReadyClass();
    const id = (await receiveEvent(site.deps, JSON.stringify(started(meeting, newUuid())))) ?? 0;
    const broken: Deps = { ...site.deps, signingKeys: Object.create(null) as Deps['signingKeys'] };
    await interpretWebhookEvent(broken, id);
    const row = await WebhookEvent.findByPk(id, { rejectOnEmpty: true });
    const lastError = 'A fault on our side (TypeError). Our log has more, under the number of the event.';
    expect(row).toMatchObject({ state: 'received', attempts: 1, leaseHolder: null, lastError });
    expect(row.leaseUntil?.getTime()).toBeGreaterThan(Date.now());
    await interpretWebhookEvent(site.deps, id);
    expect((await row.reload()).state).toBe('received');
    await row.update({ leaseUntil: new Date(Date.now() - 1_000) });
    await interpretWebhookEvent(site.deps, id);
    expect((await row.reload()).state).toBe('processed');
  });
});
