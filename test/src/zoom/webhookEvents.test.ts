import { saveFirstZoomSettings } from '../../../src/commands/saveFirstZoomSettings';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { ZoomMeetingInstance } from '../../../src/models/ZoomMeetingInstance';
import { ZoomParticipant } from '../../../src/models/ZoomParticipant';
import { parseMeetingEvent } from '../../../src/zoom/webhookEvents';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { openWebhookDoor, type WebhookDoor } from '../../support/webhookDoor';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let door: WebhookDoor;

beforeAll(async () => {
  website = await startWebsite();
  await saveFirstZoomSettings(website.deps);
  door = await openWebhookDoor(website.deps);
});

afterAll(async () => {
  await door.close();
  await website.close();
});

const STARTED = '2026-11-22T09:31:12Z';
const ENDED = '2026-11-22T10:29:40Z';
const JOINED = '2026-11-22T09:31:15Z';
const LEFT = '2026-11-22T10:29:39Z';
const LEAVE_REASON = 'left the meeting. Reason : Host ended the meeting.';

/** What Zoom may leave out, or write in another way, of the same four events. */
interface Variety {
  /** false where only the envelope says when it happened */
  readonly timed: boolean;
  readonly id: (meetingId: string) => string | number;
  readonly perJoinId: string | number;
  readonly participant: object;
  readonly object: object;
}

const VARIETIES: readonly (readonly [string, Variety])[] = [
  [
    'in full',
    {
      timed: true,
      id: String,
      perJoinId: '16778240',
      participant: {
        id: 'aVisitorsZoomUserId12A',
        participant_user_id: 'aVisitorsZoomUserId12A',
        participant_uuid: '55555AAAiAAAAAiAiAiiAii==',
        registrant_id: 'fdgsfh2ey82fuh',
        customer_key: '',
        phone_number: '',
      },
      object: { topic: 'Maths 7B', type: 2, timezone: 'Europe/Berlin', duration: 60 },
    },
  ],
  [
    'with numbers for ids, and null or nothing for what is not known',
    {
      timed: true,
      id: Number,
      perJoinId: 16_778_240,
      participant: { id: '', registrant_id: null, phone_number: null },
      object: { topic: '', duration: '60' },
    },
  ],
  ['as little as there may be', { timed: true, id: Number, perJoinId: '16778240', participant: {}, object: {} }],
  [
    'with null for each time and for the stay that it belongs to',
    {
      timed: false,
      id: String,
      perJoinId: '16778240',
      participant: { parent_user_id: null, bind_user_id: null, join_time: null, leave_time: null },
      object: { start_time: null, end_time: null },
    },
  ],
  [
    'with "" for each time and for the stay that it belongs to',
    {
      timed: false,
      id: String,
      perJoinId: '16778240',
      participant: { parent_user_id: '', bind_user_id: '', join_time: '', leave_time: '' },
      object: { start_time: '', end_time: '' },
    },
  ],
];

async function told({ timed, id, perJoinId, participant, object }: Variety, order: readonly number[]) {
  const classDate = await buildClassDate({ state: 'ready', startsAt: new Date(STARTED) });
  const meeting = await buildMeeting(website.deps.encryption, classDate);
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId, email });
  const uuid = `run${meeting.id}UySwyG3GyUkqc0vA==`;
  const run = {
    id: id(meeting.meetingId ?? ''),
    uuid,
    host_id: 'tUo7WhostHOSThostHOST1',
    start_time: STARTED,
    ...object,
  };
  const who = { user_id: perJoinId, user_name: 'Jan S.', email, ...participant };
  const event = (name: string, ms: number, at: string, more: object) => ({
    event: `meeting.${name}`,
    event_ts: timed ? ms : Date.parse(at),
    payload: { account_id: 'PX5yQ', object: { ...run, ...more } },
  });
  const time = (field: string, at: string) => (timed ? { [field]: at } : {});
  const events = [
    event('started', 1_648_038_806_658, STARTED, {}),
    event('participant_joined', 1_648_038_809_439, JOINED, { participant: { ...who, ...time('join_time', JOINED) } }),
    event('participant_left', 1_648_038_821_536, LEFT, {
      participant: { ...who, ...time('leave_time', LEFT), leave_reason: LEAVE_REASON },
    }),
    event('ended', 1_648_038_819_111, ENDED, time('end_time', ENDED)),
  ];
  for (const index of order) await door.post(events[index] ?? {});
  await door.interpreted();
  return { classDate: await classDate.reload(), meeting, pass };
}

describe.each(VARIETIES)('the four events of a class, %s', (_what, variety) => {
  // The last is how they were once seen to come: the end before the leave.
  it.each([[[0, 1, 2, 3]], [[3, 2, 1, 0]], [[0, 1, 3, 2]]])('are understood in the order %j', async (order) => {
    const { classDate, meeting, pass } = await told(variety, order);
    const states = await WebhookEvent.findAll({ where: { meetingId: meeting.meetingId ?? '' } });
    expect(states.map(({ state }) => state)).toEqual(['processed', 'processed', 'processed', 'processed']);
    expect([classDate.state, classDate.liveAt, classDate.endedAt]).toEqual([
      'ended',
      new Date(STARTED),
      new Date(ENDED),
    ]);
    const run = await ZoomMeetingInstance.findOne({ where: { zoomMeetingId: meeting.id }, rejectOnEmpty: true });
    const stays = await ZoomParticipant.findAll({ where: { instanceId: run.id } });
    expect(stays).toHaveLength(1);
    expect(stays[0]).toMatchObject({
      zoomSessionUserId: '16778240',
      passId: pass.id,
      userName: 'Jan S.',
      joinTime: new Date(JOINED),
      leaveTime: new Date(LEFT),
    });
  });
});

describe.each([null, ''])('what Zoom does not know, written as %j,', (nothing) => {
  const eventAt = new Date(STARTED);
  const parse = (event: string, object: object) => parseMeetingEvent(event, eventAt, { payload: { object } });

  it('leaves a wait its event’s own instant', () => {
    const participant = { user_id: '1', date_time: nothing };
    const wait = parse('meeting.participant_joined_waiting_room', { uuid: 'run', participant });
    expect(wait).toMatchObject({ kind: 'wait', beganAt: eventAt, endedAt: null });
  });

  it('changes nothing of a room', () => {
    expect(parse('meeting.updated', { start_time: nothing })).toMatchObject({ kind: 'updated', startsAt: null });
  });

  it('is no stay that another belongs to, and the other name for it counts', () => {
    const participant = { user_id: '2', parent_user_id: nothing, bind_user_id: 1 };
    const bound = parse('meeting.participant_bind', { uuid: 'run', participant });
    expect(bound).toMatchObject({ told: { parentSessionUserId: '1', joinTime: eventAt, leaveTime: null } });
  });
});
