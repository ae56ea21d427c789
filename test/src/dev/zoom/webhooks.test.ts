import { createHmac } from 'node:crypto';
import type { ZoomSimulator } from '../../../../src/dev/zoom/server';
import {
  ADA,
  APP,
  call,
  closeAll,
  connect,
  createMeeting,
  startReceiver,
  startZoom,
  until,
  type Received,
} from './zoomHarness';

afterEach(closeAll);

const hmac = (text: string) => createHmac('sha256', APP.webhookSecret).update(text).digest('hex');
const signatureOver = ({ headers }: Received, body: string) =>
  `v0=${hmac(`v0:${String(headers['x-zm-request-timestamp'])}:${body}`)}`;

async function listening(answer: Parameters<typeof startReceiver>[0] = () => ({ status: 200 })) {
  const receiver = await startReceiver(answer);
  const zoom = await startZoom({}, { webhookUrl: receiver.url });
  return { ...receiver, zoom };
}

async function lesson(zoom: ZoomSimulator) {
  const meeting = await createMeeting(zoom, ADA, { topic: 'Maß & Zahl ½', settings: { approval_type: 0 } });
  await call(zoom, ADA, 'POST', `/meetings/${meeting.id}/registrants`, { email: 'mia@example.com', first_name: 'Mia' });
  zoom.control.hostStart(meeting.id);
  zoom.control.join(meeting.id, { as: 'registrant', email: 'mia@example.com' });
  zoom.control.join(meeting.id, { as: 'guest', name: 'Ben' });
  zoom.control.end(meeting.id);
  await zoom.control.settleWebhooks();
  return meeting;
}

describe('signatures', () => {
  it('hold over the raw bytes and over nothing that was parsed and written again', async () => {
    const { zoom, received } = await listening();
    const before = Math.floor(Date.now() / 1000);
    await lesson(zoom);
    expect(received.length).toBeGreaterThan(6);
    for (const one of received) {
      expect(one.headers['x-zm-signature']).toBe(signatureOver(one, one.body));
      expect(one.headers['x-zm-signature']).not.toBe(signatureOver(one, JSON.stringify(JSON.parse(one.body))));
      const sentAt = Number(one.headers['x-zm-request-timestamp']);
      expect([sentAt >= before, sentAt <= Date.now() / 1000]).toEqual([true, true]);
    }
  });

  it('can be wrong or stale on demand', async () => {
    const { zoom, received } = await listening();
    zoom.control.addFault({ kind: 'badSignature', times: 1 });
    zoom.control.sendEvent('first', { object: {} });
    await zoom.control.settleWebhooks();
    zoom.control.addFault({ kind: 'staleTimestamp', times: 1 });
    zoom.control.sendEvent('second', { object: {} });
    await zoom.control.settleWebhooks();
    const [bad, stale] = received;
    expect(bad && bad.headers['x-zm-signature'] === signatureOver(bad, bad.body)).toBe(false);
    expect(stale?.headers['x-zm-signature']).toBe(stale && signatureOver(stale, stale.body));
    expect(Number(stale?.headers['x-zm-request-timestamp'])).toBeLessThan(Date.now() / 1000 - 3000);
  });
});

describe('payloads', () => {
  it('tell the story of a class, with ids as numbers or strings as Zoom has them', async () => {
    const { zoom, received } = await listening();
    const meeting = await lesson(zoom);
    const story = zoom.control.webhooks().map((record) => record.event);
    expect(story).toEqual([
      'meeting.created',
      'meeting.registration_created',
      'meeting.started',
      'meeting.participant_joined',
      'meeting.participant_joined',
      'meeting.participant_joined',
      'meeting.ended',
      'meeting.participant_left',
      'meeting.participant_left',
      'meeting.participant_left',
    ]);
    const idIn = (event: string) => received.find((one) => one.event.event === event)?.event.payload.object?.id;
    expect(idIn('meeting.created')).toBe(meeting.id);
    expect(idIn('meeting.started')).toBe(String(meeting.id));
    expect(idIn('meeting.participant_joined')).toBe(String(meeting.id));
  });

  it('show the address of registrants and of the host, and hide those of guests', async () => {
    const { zoom, received } = await listening();
    await lesson(zoom);
    const joined = received.flatMap(({ event }) =>
      event.event === 'meeting.participant_joined' ? [event.payload.object?.participant ?? {}] : [],
    );
    const byName = new Map(joined.map((participant) => [participant.user_name, participant]));
    const registrantId = zoom.control.meetings()[0]?.registrants[0]?.id;
    expect(byName.get('Mia')).toMatchObject({ email: 'mia@example.com', registrant_id: registrantId });
    expect(byName.get('Ada Lovelace')).toMatchObject({ email: ADA, participant_user_id: '30R7kT7bTIKSNUFEuH_Qlg' });
    expect(byName.get('Ben')).toMatchObject({ email: '' });
  });

  it('give people without registration null, "" and no registrant_id at all, by turns', async () => {
    const { zoom, received } = await listening();
    const { id } = await createMeeting(zoom);
    zoom.control.hostStart(id);
    for (let number = 0; number < 20; number++) zoom.control.join(id, { name: `Guest ${number}` });
    await zoom.control.settleWebhooks();
    const kinds = received.flatMap(({ event }) => {
      const participant = event.payload.object?.participant;
      return participant ? [JSON.stringify(participant.registrant_id)] : [];
    });
    expect(new Set(kinds)).toEqual(new Set(['null', '""', undefined]));
  });

  it('say when a meeting was changed or deleted behind our back, and that the app was removed', async () => {
    const { zoom, received } = await listening();
    const { id } = await createMeeting(zoom);
    zoom.control.change(id, { topic: 'Other' });
    zoom.control.delete(id);
    zoom.control.deauthorize(ADA);
    await zoom.control.settleWebhooks();
    const find = (event: string) => received.find((one) => one.event.event === event)?.event.payload;
    expect(find('meeting.updated')).toMatchObject({
      object: { id, topic: 'Other' },
      old_object: { topic: 'Maths 7B' },
    });
    expect(find('meeting.deleted')).toMatchObject({ operator: ADA, object: { id } });
    expect(find('app_deauthorized')).toMatchObject({ client_id: APP.clientId });
    expect(zoom.control.tokensFor(ADA)).toBeUndefined();
  });

  it('follow people through the waiting room, breakout rooms, second devices and lost connections', async () => {
    const { zoom } = await listening();
    const { id } = await createMeeting(zoom, ADA, { settings: { waiting_room: true } });
    zoom.control.hostStart(id);
    const mia = zoom.control.join(id, { name: 'Mia' });
    zoom.control.admit(id, mia);
    const phone = zoom.control.join(id, { secondDeviceOf: mia });
    zoom.control.enterBreakoutRoom(id, mia);
    zoom.control.leaveBreakoutRoom(id, mia);
    zoom.control.leave(id, phone);
    zoom.control.drop(id, mia);
    expect(zoom.control.webhooks().at(-1)?.event).toBe('meeting.participant_left_waiting_room');
    await until(() => zoom.control.webhooks().at(-1)?.event === 'meeting.participant_left');
    expect(zoom.control.webhooks().map((record) => record.event.replace('meeting.', ''))).toEqual([
      'created',
      'started',
      'participant_joined',
      'participant_joined_waiting_room',
      'participant_admitted',
      'participant_joined',
      'participant_joined_waiting_room',
      'participant_joined_breakout_room',
      'participant_left_breakout_room',
      'participant_left_waiting_room',
      'participant_left',
    ]);
    const people = zoom.control.meeting(id).runs[0]?.participants ?? [];
    expect(new Set(people.map((person) => person.userId)).size).toBe(3);
  });
});

describe('delivery', () => {
  it('is tried again after 5, 20 and 60 scaled minutes, signed anew, and then given up', async () => {
    const { zoom, received } = await listening(() => ({ status: 500 }));
    zoom.control.sendEvent('meeting.test', { object: {} });
    await until(() => zoom.control.webhooks()[0]?.status === 'failed');
    expect(received).toHaveLength(4);
    expect(new Set(received.map((one) => one.body)).size).toBe(1);
    for (const one of received) expect(one.headers['x-zm-signature']).toBe(signatureOver(one, one.body));
  });

  it('stops trying once it has arrived, a dropped connection counting as a failure', async () => {
    let tries = 0;
    const { zoom, received } = await listening(() => (++tries === 1 ? undefined : { status: 204 }));
    zoom.control.sendEvent('meeting.test', { object: {} });
    await until(() => zoom.control.webhooks()[0]?.status === 'delivered');
    expect(received).toHaveLength(2);
    expect(zoom.control.webhooks()[0]?.attempts.map((attempt) => attempt.status)).toEqual([null, 204]);
  });

  it.each([
    [false, 1],
    [true, 4],
  ])('with retryOn4xx %p a 401 makes %i deliveries', async (retryOn4xx, deliveries) => {
    const { zoom, received } = await listening(() => ({ status: 401 }));
    zoom.control.setBehaviour({ retryOn4xx });
    zoom.control.sendEvent('meeting.test', { object: {} });
    await until(() => zoom.control.webhooks()[0]?.status === 'failed');
    expect(received).toHaveLength(deliveries);
  });

  it('can drop, double, delay and reorder', async () => {
    const { zoom, received } = await listening();
    const send = async (kind: 'drop' | 'duplicate' | 'delay' | 'reorder', event: string) => {
      zoom.control.addFault({ kind, event, delayMs: 50 });
      zoom.control.sendEvent(event, {});
      await zoom.control.settleWebhooks();
    };
    await send('drop', 'lost');
    await send('duplicate', 'twice');
    await send('delay', 'late');
    await send('reorder', 'overtaken');
    expect(received.map(({ event }) => event.event)).toEqual(['twice', 'twice']);
    zoom.control.sendEvent('overtaker', {});
    await until(() => received.length === 5);
    expect(received.map(({ event }) => event.event).sort()).toEqual([
      'late',
      'overtaken',
      'overtaker',
      'twice',
      'twice',
    ]);
  });

  it('needs no receiver: without an address, or with nobody there, nothing else suffers', async () => {
    const zoom = await startZoom();
    await connect(zoom, ADA);
    await lesson(zoom);
    expect(new Set(zoom.control.webhooks().map((record) => record.status))).toEqual(new Set(['no receiver']));
    zoom.control.setWebhookUrl('http://127.0.0.1:9/nobody');
    await lesson(zoom);
    expect(zoom.control.webhooks().at(-1)?.attempts[0]?.problem).toContain('ECONNREFUSED');
  });
});

describe('the check of the receiver', () => {
  it('passes for the right answer only', async () => {
    let secret: string = APP.webhookSecret;
    const { zoom, received } = await listening(({ event }) => {
      const plainToken = String(event.payload.plainToken);
      const encryptedToken = createHmac('sha256', secret).update(plainToken).digest('hex');
      return { status: 200, body: JSON.stringify({ plainToken, encryptedToken }) };
    });
    expect(await zoom.control.validateWebhookUrl()).toBe(true);
    expect(received[0]?.headers['x-zm-signature']).toBe(received[0] && signatureOver(received[0], received[0].body));
    secret = 'another';
    expect(await zoom.control.validateWebhookUrl()).toBe(false);
  });

  it('comes back every 72 hours', async () => {
    const { zoom, received } = await listening();
    zoom.control.advanceClock(72 * 3_600_000);
    await until(() => received.length === 1);
    expect(received[0]?.event.event).toBe('endpoint.url_validation');
  });
});
