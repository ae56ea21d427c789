import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { addMinutes } from '../../../../src/domain/clock';
import { ClassDate } from '../../../../src/models/ClassDate';
import { WebhookEvent } from '../../../../src/models/WebhookEvent';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { settingPlace, SETTINGS_ID } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { eventually } from '../../../support/eventually';
import { startWebsite, type Website } from '../../../support/website';
import {
  eventText,
  nowSeconds,
  sendWebhook,
  sign,
  signed,
  WEBHOOK_SECRET,
  type Headers,
} from '../../../support/webhookSender';

const SECRET = WEBHOOK_SECRET;
const NEXT_SECRET = 'the-next-webhook-secret';
const MAX_BYTES = 256 * 1024;
const WINDOW_SECONDS = 300;
/** Failures that are audited a minute. */
const AUDITED = 20;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
  await saveFirstZoomSettings(website.deps);
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.restart();
  await website.deps.db.query('DELETE FROM webhook_events');
  await website.deps.db.query('DELETE FROM zoom_audit_logs');
});

const send = (body: string | Buffer, headers?: Headers, method?: string) =>
  sendWebhook(website.port, body, headers, method);

async function expectNothingStored(): Promise<void> {
  expect(await WebhookEvent.count()).toBe(0);
}

describe('an event that Zoom signed', () => {
  it('is stored as it came, and acknowledged', async () => {
    const body = `{ "event":"meeting.started",  "event_ts":1648038806658, "payload":{"object":{"id":86431910364,"topic":"caf\\u00e9 日本"}}}`;
    expect(await send(body)).toEqual({ status: 200, body: { status: 'success' } });
    const row = await WebhookEvent.findOne({ rejectOnEmpty: true });
    expect(row).toMatchObject({ event: 'meeting.started', meetingId: '86431910364', body });
    expect(row.eventAt).toEqual(new Date(1648038806658));
    expect(await website.audited()).toEqual([]);
  });

  it('is stored when we know nothing of its kind', async () => {
    const answer = await send(eventText('phone.something_zoom_adds_in_2031', { anything: ['goes'] }));
    expect(answer.status).toBe(200);
    const row = await eventually('the event is put aside', () =>
      WebhookEvent.findOne({ where: { state: 'unmatched' } }),
    );
    expect(row).toMatchObject({ event: 'phone.something_zoom_adds_in_2031', meetingId: null });
  });

  it('is stored once however often it comes, and acknowledged every time', async () => {
    const body = eventText();
    const oneByOne = [await send(body), await send(body)];
    const atOnce = await Promise.all(Array.from({ length: 8 }, () => send(body)));
    expect([...oneByOne, ...atOnce].map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await WebhookEvent.count()).toBe(1);
  });

  it('may use the whole size allowed', async () => {
    const start = `{"event":"meeting.sharing_started","padding":"`;
    const body = `${start}${'x'.repeat(MAX_BYTES - start.length - 2)}"}`;
    expect(Buffer.byteLength(body)).toBe(MAX_BYTES);
    expect((await send(body)).status).toBe(200);
    expect((await WebhookEvent.findOne({ rejectOnEmpty: true })).body).toHaveLength(MAX_BYTES);
  });

  it.each([-WINDOW_SECONDS + 60, WINDOW_SECONDS - 60])(
    'is taken with a timestamp %i s from our clock',
    async (seconds) => {
      const body = eventText();
      const timestamp = String(Number(nowSeconds()) + seconds);
      expect((await send(body, signed(body, { timestamp }))).status).toBe(200);
    },
  );

  it('is taken, and refused, by the window that is set', async () => {
    await website.restart({ zoom: { ...website.deps.config.zoom, webhookWindowSeconds: 3_900 } });
    const late = (seconds: number) => {
      const body = eventText();
      return send(body, signed(body, { timestamp: String(Number(nowSeconds()) - seconds) }));
    };
    expect([(await late(3_600)).status, (await late(3_905)).status]).toEqual([200, 401]);
  });

  it('is answered before it is interpreted', async () => {
    const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 1) });
    const meeting = await buildMeeting(website.deps.encryption, classDate);
    const body = eventText('meeting.started', { id: meeting.meetingId, uuid: 'hwkAADUySwyG3GyUkqc0vA==' });
    // Whoever wants to interpret it must wait for these rows.
    const lock = await website.deps.db.transaction();
    try {
      await ClassDate.findByPk(classDate.id, { transaction: lock, lock: lock.LOCK.UPDATE });
      await meeting.reload({ transaction: lock, lock: lock.LOCK.UPDATE });
      expect((await send(body)).status).toBe(200);
      await sleep(100);
      expect(await WebhookEvent.findOne()).toMatchObject({ state: 'received' });
    } finally {
      await lock.rollback();
    }
    await eventually('the event is interpreted', () => WebhookEvent.findOne({ where: { state: 'processed' } }));
    expect((await classDate.reload()).state).toBe('live');
    await eventually('the workflow was told', () =>
      website.temporal.hints.includes(`${classDate.id}: meeting started`),
    );
  });
});

describe('the two secrets of a rotation', () => {
  const seal = (column: string, value: string) => website.deps.encryption.encrypt(value, settingPlace(column));

  afterEach(async () => {
    await ZoomSetting.destroy({ where: { id: SETTINGS_ID } });
    await saveFirstZoomSettings(website.deps);
  });

  it('are both good, and no third one', async () => {
    await ZoomSetting.update(
      {
        webhookSecretEncrypted: seal('webhook_secret_encrypted', NEXT_SECRET),
        previousWebhookSecretEncrypted: seal('previous_webhook_secret_encrypted', SECRET),
      },
      { where: { id: SETTINGS_ID } },
    );
    const [one, two, three] = [eventText('a.one'), eventText('a.two'), eventText('a.three')];
    expect((await send(one, signed(one, { secret: SECRET }))).status).toBe(200);
    expect((await send(two, signed(two, { secret: NEXT_SECRET }))).status).toBe(200);
    expect((await send(three, signed(three, { secret: 'another' }))).status).toBe(401);
    expect(await WebhookEvent.count()).toBe(2);
  });

  it('are none when none is set: then nobody can sign, with an empty one neither', async () => {
    await ZoomSetting.update({ webhookSecretEncrypted: null }, { where: { id: SETTINGS_ID } });
    const body = eventText();
    expect((await send(body)).status).toBe(401);
    expect(
      (
        await send(body, [
          ['x-zm-request-timestamp', nowSeconds()],
          ['x-zm-signature', sign(body, nowSeconds(), '')],
        ])
      ).status,
    ).toBe(401);
    await expectNothingStored();
  });
});

describe('what Zoom did not sign', () => {
  const body = eventText();
  const timestamp = nowSeconds();
  const signature = sign(body, timestamp);
  const both: Headers = [
    ['x-zm-request-timestamp', timestamp],
    ['x-zm-signature', signature],
  ];
  const stamp = (text: string): Headers => signed(body, { timestamp: text });
  const far = (seconds: number) => stamp(String(Number(timestamp) + seconds));

  const forgeries: readonly (readonly [string, Headers])[] = [
    ['another secret', signed(body, { secret: 'another-secret' })],
    ['no headers', []],
    ['no signature', [['x-zm-request-timestamp', timestamp]]],
    ['no timestamp', [['x-zm-signature', signature]]],
    ['the signature twice', [...both, ['x-zm-signature', signature]]],
    ['the timestamp twice', [...both, ['x-zm-request-timestamp', timestamp]]],
    ['a timestamp that is too old', far(-WINDOW_SECONDS - 5)],
    // Made when the file is loaded, so it must still be too new when its turn comes.
    ['a timestamp that is too new', far(2 * WINDOW_SECONDS)],
    ['milliseconds for seconds', stamp(`${timestamp}000`)],
    ['a timestamp in another notation', stamp(`${timestamp}.0`)],
    ['a timestamp that is no number', stamp('now')],
    ['an empty timestamp', stamp('')],
    ['an empty signature', [both[0] ?? ['', ''], ['x-zm-signature', '']]],
    ['a signature that is too short', [both[0] ?? ['', ''], ['x-zm-signature', signature.slice(0, -1)]]],
    ['a signature that is too long', [both[0] ?? ['', ''], ['x-zm-signature', `${signature}0`]]],
    ['a signature without its version', [both[0] ?? ['', ''], ['x-zm-signature', signature.slice(3)]]],
    ['a signature that is no hex', [both[0] ?? ['', ''], ['x-zm-signature', `v0=${'g'.repeat(64)}`]]],
    [
      'a signature of another time',
      [
        ['x-zm-request-timestamp', String(Number(timestamp) - 1)],
        ['x-zm-signature', signature],
      ],
    ],
  ];

  it.each(forgeries)('is refused: %s', async (_what, headers) => {
    expect(await send(body, headers)).toEqual({ status: 401, body: { error: 'Invalid signature' } });
    await expectNothingStored();
    expect(await website.audited()).toEqual(['webhook_signature_failed']);
  });

  it('is refused when one byte was altered, added or taken', async () => {
    const altered = body.replace('PX5yQ', 'PX5yR');
    expect(altered).not.toBe(body);
    for (const text of [altered, `${body} `, body.slice(1), '']) {
      expect((await send(text, both)).status).toBe(401);
    }
    await expectNothingStored();
  });

  it('is told why: not signed as Zoom signs, by another secret, or at another time', async () => {
    await send(body, []);
    await send(body, signed(body, { secret: 'another-secret' }));
    await send(body, far(-WINDOW_SECONDS - 5));
    const audits = await ZoomAuditLog.findAll({ order: ['id'] });
    expect(audits.map(({ metadata }) => metadata)).toEqual([
      '{"why":"not_signed"}',
      '{"why":"wrong_signature"}',
      '{"why":"wrong_time"}',
    ]);
  });

  it('is told from Zoom by its signature before anything else is said of it', async () => {
    expect((await send('no JSON', [])).status).toBe(401);
    expect(
      (await send(JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: 'x'.repeat(22) } }), []))
        .status,
    ).toBe(401);
  });

  it('is audited, but a flood does not fill the log', async () => {
    const answers = await Promise.all(Array.from({ length: AUDITED + 15 }, () => send(body, [])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await website.audited()).toEqual(Array(AUDITED).fill('webhook_signature_failed'));
    // Zoom itself is heard all the same.
    expect((await send(body)).status).toBe(200);
  });
});

describe('what is signed and still no event', () => {
  it.each([
    ['no JSON', 'event=meeting.started'],
    ['half a JSON', '{"event":"meeting.started"'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[{"event":"meeting.started"}]'],
    ['a text', '"meeting.started"'],
    ['no event in it', '{"payload":{}}'],
    ['an empty event', '{"event":""}'],
    ['an event that is no text', '{"event":{"$ne":1}}'],
    ['a payload that is no object', '{"event":"meeting.started","payload":"x"}'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28])],
    ['a hundred thousand brackets', '['.repeat(100_000)],
  ])('is refused: %s', async (_what, body) => {
    expect(await send(body)).toEqual({ status: 400, body: { error: 'Not an event' } });
    await expectNothingStored();
  });

  it('is stored with whatever odd values it has, and never a fault of ours', async () => {
    const odd = [
      { event: `meeting.${'x'.repeat(300)}` },
      { event: 'meeting.stårted\u0000' },
      { event: 'meeting.started', event_ts: -1 },
      { event: 'meeting.started', event_ts: 1e300 },
      { event: 'meeting.started', event_ts: '1648038806658', payload: null },
      { event: 'meeting.started', event_ts: 1648038806658.7 },
      { event: 'meeting.started', payload: { object: { id: 'not a number' } } },
      { event: 'meeting.started', payload: { object: { id: '9'.repeat(50) } } },
      { event: 'meeting.started', payload: { object: null } },
      { event: 'meeting.started', payload: { object: { id: '86431910364', topic: '\ud800 \u0000 👩‍🏫' } } },
      JSON.parse('{"event":"meeting.started","__proto__":{"event":"x"},"payload":{"constructor":1}}'),
    ].map((value) => JSON.stringify(value));
    for (const body of odd) expect({ body, status: (await send(body)).status }).toEqual({ body, status: 200 });
    expect(await WebhookEvent.count()).toBe(odd.length);
  });
});

describe("Zoom's check that the address is ours", () => {
  const validation = (plainToken: unknown) =>
    JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken } });

  it('is answered with the token and its HMAC, and leaves no row', async () => {
    const plainToken = 'qgg8vlvZRS6UYooatFL8Aw';
    const encryptedToken = createHmac('sha256', SECRET).update(plainToken).digest('hex');
    expect(await send(validation(plainToken))).toEqual({ status: 200, body: { plainToken, encryptedToken } });
    await expectNothingStored();
  });

  it.each([
    ['a token that would be a signature', `v0:${nowSeconds()}:{"event":"meeting.started"}`],
    ['no token', undefined],
    ['a number', 12345678],
    ['an empty one', ''],
    ['a huge one', 'x'.repeat(5000)],
  ])('is refused for %s', async (_what, plainToken) => {
    expect(await send(validation(plainToken))).toEqual({ status: 400, body: { error: 'Not a plain token' } });
    await expectNothingStored();
  });
});

describe('what is no delivery', () => {
  it('is refused when it is a byte too large, whether its size is said or not', async () => {
    const body = Buffer.alloc(MAX_BYTES + 1, 'x');
    expect((await send(body)).status).toBe(413);
    expect(await sendInPieces(body)).toMatch(/^HTTP\/1\.1 413 /);
    await expectNothingStored();
    expect((await send(eventText())).status).toBe(200);
  });

  it.each([
    ['GET', 405],
    ['HEAD', 405],
    // Taken for a form without a token before its address is looked at.
    ['PUT', 403],
    ['DELETE', 403],
  ])('is refused with %s', async (method, status) => {
    const body = eventText();
    expect((await send(body, signed(body), method)).status).toBe(status);
    await expectNothingStored();
  });

  it('costs nothing when it breaks off, or never ends', async () => {
    const body = eventText();
    const headers = signed(body).map(([name, value]) => `${name}: ${value}`);
    const head = [`POST ${paths.webhook} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Length: ${body.length}`, ...headers];
    const broken = connect(website.port, '127.0.0.1');
    broken.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 40)}`);
    await sleep(50);
    broken.destroy();
    const slow = connect(website.port, '127.0.0.1');
    slow.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 40)}`);
    await sleep(50);
    await expectNothingStored();
    expect((await send(eventText('another.event'))).status).toBe(200);
    // The slow one is taken when it does end.
    const answer = new Promise<string>((resolve) => slow.once('data', (data) => resolve(data.toString())));
    slow.write(body.slice(40));
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    slow.destroy();
    expect(await WebhookEvent.count()).toBe(2);
    expect(website.logged.filter((line) => line.includes('request failed'))).toEqual([]);
  });
});

/** Chunked: without a Content-Length the size is known only as the bytes come. */
function sendInPieces(body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(website.port, '127.0.0.1');
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
    socket.write(`POST ${paths.webhook} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n`);
    socket.write(`${body.length.toString(16)}\r\n`);
    socket.write(body);
    socket.write('\r\n0\r\n\r\n');
  });
}
