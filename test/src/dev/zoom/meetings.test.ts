import { ADA, BASIL, EMMY, GRACE, call, closeAll, connect, createMeeting, startZoom, until } from './zoomHarness';

afterEach(closeAll);

const tomorrow = (clock: number) => `${new Date(clock + 86_400_000).toISOString().slice(0, 10)}T09:30:00`;

describe('creating a meeting', () => {
  it('echoes what was asked, adds what Zoom adds, and drops what it does not know', async () => {
    const zoom = await startZoom();
    const meeting = await createMeeting(zoom, ADA, {
      agenda: '[ref:ABC123]',
      join_before_host: true,
      nonsense: 1,
      settings: { waiting_room: true, approval_type: 0, made_up: true },
    });
    expect(String(meeting.id)).toMatch(/^\d{11}$/);
    expect(meeting).toMatchObject({ host_email: ADA, agenda: '[ref:ABC123]', status: 'waiting', type: 2 });
    expect(meeting).not.toHaveProperty('nonsense');
    expect(meeting.settings).toMatchObject({ waiting_room: true, approval_type: 0, join_before_host: false });
    expect(meeting.settings).not.toHaveProperty('made_up');
    expect(meeting.registration_url).toContain('/meeting/register/');
    expect(meeting.start_url).toMatch(/\/s\/\d+\?zak=/);
    expect(meeting.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('carries a tracking id and rate limit headers', async () => {
    const zoom = await startZoom();
    const reply = await call(zoom, ADA, 'POST', '/users/me/meetings', {});
    expect(reply.headers.get('x-zm-trackingid')).toMatch(/^v=2\.0;clid=us06;rid=WEB_/);
    expect(reply.headers.get('x-ratelimit-category')).toBe('Light');
    expect(reply.headers.get('location')).toContain('/v2/meetings/');
  });

  it('reads Z as UTC, no suffix as local time, and misreads offsets and milliseconds', async () => {
    const zoom = await startZoom();
    const day = tomorrow(zoom.control.now());
    const startOf = async (start_time: string) =>
      (await createMeeting(zoom, ADA, { start_time, timezone: 'Asia/Tokyo' })).start_time;
    expect(await startOf(`${day}Z`)).toBe(`${day}Z`);
    expect(await startOf(day)).toBe(day.replace('T09:30:00', 'T00:30:00Z'));
    expect(await startOf(`${day}+00:00`)).toBe(day.replace('T09:30:00', 'T00:30:00Z'));
    expect(await startOf(`${day}.000Z`)).toBe(day.replace('T09:30:00', 'T00:30:00Z'));
  });

  it('takes a start in the past for now', async () => {
    const zoom = await startZoom();
    const meeting = await createMeeting(zoom, ADA, { start_time: '2020-01-01T10:00:00Z' });
    expect(meeting.start_time).toBe(meeting.created_at);
  });

  it('names wrong fields, and refuses what is not JSON', async () => {
    const zoom = await startZoom();
    const wrong = await call(zoom, ADA, 'POST', '/users/me/meetings', { duration: 0, topic: 'x'.repeat(201) });
    expect(wrong.status).toBe(400);
    expect(wrong.json).toMatchObject({ code: 300, message: 'Validation Failed.' });
    expect(wrong.json.errors.map((error: { field: string }) => error.field)).toEqual(['topic', 'duration']);
    expect((await call(zoom, ADA, 'POST', '/users/me/meetings', '{"topic":')).json.code).toBe(300);
    expect((await call(zoom, ADA, 'POST', '/users/me/meetings', { password: '123' })).json.code).toBe(300);
  });

  it('lets locked settings of the account win', async () => {
    const zoom = await startZoom();
    const { account_id } = (await call(zoom, ADA, 'GET', '/users/me')).json;
    zoom.control.setBehaviour({ lockedSettings: { [account_id]: { waiting_room: true } } });
    const meeting = await createMeeting(zoom, ADA, { settings: { waiting_room: false } });
    expect(meeting.settings.waiting_room).toBe(true);
  });
});

describe('reading, changing, deleting', () => {
  it('changes what is named, and ignores a start in the past', async () => {
    const zoom = await startZoom();
    const start = `${tomorrow(zoom.control.now())}Z`;
    const { id } = await createMeeting(zoom, ADA, { start_time: start });
    const reply = await call(zoom, ADA, 'PATCH', `/meetings/${id}`, {
      topic: 'Moved',
      start_time: '2020-01-01T10:00:00Z',
      settings: { mute_upon_entry: true },
    });
    expect(reply.status).toBe(204);
    expect(reply.text).toBe('');
    const after = (await call(zoom, ADA, 'GET', `/meetings/${id}`)).json;
    expect(after).toMatchObject({ topic: 'Moved', start_time: start });
    expect(after.settings.mute_upon_entry).toBe(true);
  });

  it('answers 3001 for a deleted meeting and for a stranger, and 300 for what is no id', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom);
    expect((await call(zoom, GRACE, 'GET', `/meetings/${id}`)).json.code).toBe(3001);
    expect((await call(zoom, EMMY, 'GET', `/meetings/${id}`)).json.code).toBe(3000);
    expect((await call(zoom, ADA, 'DELETE', `/meetings/${id}?schedule_for_reminder=false`)).status).toBe(204);
    const gone = await call(zoom, ADA, 'GET', `/meetings/${id}`);
    expect(gone.status).toBe(404);
    expect(gone.json).toEqual({ code: 3001, message: `Meeting does not exist: ${id}.` });
    expect((await call(zoom, ADA, 'DELETE', `/meetings/${id}`)).status).toBe(404);
    expect((await call(zoom, ADA, 'GET', '/meetings/abc')).json.code).toBe(300);
    expect(zoom.control.meeting(id).deleted).toBe(true);
  });

  it('ends a running meeting by its status', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom);
    zoom.control.hostStart(id);
    expect((await call(zoom, ADA, 'GET', `/meetings/${id}`)).json.status).toBe('started');
    expect((await call(zoom, ADA, 'PUT', `/meetings/${id}/status`, { action: 'end' })).status).toBe(204);
    expect((await call(zoom, ADA, 'GET', `/meetings/${id}`)).json.status).toBe('waiting');
  });
});

describe('lists', () => {
  it('come in pages whose token works for that list only and for a quarter of an hour', async () => {
    const zoom = await startZoom();
    for (let number = 0; number < 5; number++) await createMeeting(zoom, ADA, { agenda: 'a'.repeat(300) });
    const first = (await call(zoom, ADA, 'GET', '/users/me/meetings?page_size=2')).json;
    expect(first).toMatchObject({ page_size: 2, page_count: 3, total_records: 5 });
    const ids = new Set(first.meetings.map((meeting: { id: number }) => meeting.id));
    const next = (path: string) => call(zoom, ADA, 'GET', `${path}&next_page_token=${first.next_page_token}`);
    const second = (await next('/users/me/meetings?page_size=2')).json;
    const third = await call(
      zoom,
      ADA,
      'GET',
      `/users/me/meetings?page_size=2&next_page_token=${second.next_page_token}`,
    );
    for (const meeting of [...second.meetings, ...third.json.meetings]) ids.add(meeting.id);
    expect(ids.size).toBe(5);
    expect(third.json.next_page_token).toBe('');
    expect(first.meetings[0]?.agenda).toHaveLength(250);
    expect((await next('/users/me/meetings?type=live&page_size=2')).json.code).toBe(300);
    zoom.control.advanceClock(901_000);
    expect((await next('/users/me/meetings?page_size=2')).json.code).toBe(300);
  });

  it('tell upcoming, live and previous apart', async () => {
    const zoom = await startZoom();
    const soon = await createMeeting(zoom, ADA, { start_time: `${tomorrow(zoom.control.now())}Z` });
    const running = await createMeeting(zoom);
    const over = await createMeeting(zoom, ADA, { duration: 1 });
    zoom.control.hostStart(over.id);
    zoom.control.end(over.id);
    zoom.control.advanceClock(120_000);
    zoom.control.hostStart(running.id);
    const idsOf = async (type: string) =>
      (await call(zoom, ADA, 'GET', `/users/me/meetings?type=${type}`)).json.meetings.map(
        (meeting: { id: number }) => meeting.id,
      );
    expect(await idsOf('live')).toEqual([running.id]);
    expect(await idsOf('upcoming')).toEqual([running.id, soon.id]);
    expect(await idsOf('previous_meetings')).toEqual([over.id]);
    expect(await idsOf('scheduled')).toHaveLength(3);
  });

  it('lag behind when told to', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom);
    zoom.control.addFault({ kind: 'listLag', operation: 'meetings', times: 1 });
    const list = async () => (await call(zoom, ADA, 'GET', '/users/me/meetings')).json.meetings;
    expect(await list()).toEqual([]);
    expect((await list())[0]?.id).toBe(id);
  });
});

describe('faults', () => {
  it('loses the reply of a creation that was carried out', async () => {
    const zoom = await startZoom();
    zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    await expect(
      call(zoom, ADA, 'POST', '/users/me/meetings', { topic: 'Lost', agenda: '[ref:N0NCE]' }),
    ).rejects.toThrow();
    const { meetings } = (await call(zoom, ADA, 'GET', '/users/me/meetings?type=upcoming')).json;
    expect(meetings).toHaveLength(1);
    expect(meetings[0]?.agenda).toBe('[ref:N0NCE]');
    expect(zoom.control.calls('meetingCreate')).toMatchObject([
      { status: 201, replyLost: true, faults: ['loseReply'], host: ADA },
    ]);
  });

  it('drops a connection before the work', async () => {
    const zoom = await startZoom();
    zoom.control.addFault({ kind: 'reset', operation: 'meetingCreate', times: 1 });
    await expect(call(zoom, ADA, 'POST', '/users/me/meetings', {})).rejects.toThrow();
    expect(zoom.control.meetings()).toEqual([]);
    expect(zoom.control.calls('meetingCreate')[0]?.status).toBe(0);
  });

  it.each([
    ['status', 500, 'application/json'],
    ['html', 502, 'text/html'],
    ['xml', 503, 'application/xml'],
    ['falseNotFound', 404, 'application/json'],
    ['invalidToken', 401, 'application/json'],
    ['hostNotAllowed', 400, 'application/json'],
    ['rateLimitQps', 429, 'application/json'],
  ] as const)('answers %s with %i', async (kind, status, type) => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom);
    zoom.control.addFault({ kind, operation: 'meeting' });
    const reply = await call(zoom, ADA, 'GET', `/meetings/${id}`);
    expect(reply.status).toBe(status);
    expect(reply.headers.get('content-type')).toContain(type);
  });

  it('answers late, with the work done at once or only then', async () => {
    const zoom = await startZoom();
    await connect(zoom, ADA);
    for (const kind of ['slow', 'slowReply'] as const) {
      const before = zoom.control.meetings().length;
      zoom.control.addFault({ kind, operation: 'meetingCreate', times: 1, delayMs: 200 });
      const startedAt = performance.now();
      const reply = call(zoom, ADA, 'POST', '/users/me/meetings', {});
      await until(() => zoom.control.calls('meetingCreate').at(-1)?.faults[0] === kind);
      expect(zoom.control.meetings()).toHaveLength(before + (kind === 'slowReply' ? 1 : 0));
      expect((await reply).status).toBe(201);
      expect(performance.now() - startedAt).toBeGreaterThan(190);
    }
  });

  it('cuts the reply off in the middle of a creation that was carried out', async () => {
    const zoom = await startZoom();
    await connect(zoom, ADA);
    zoom.control.addFault({ kind: 'garbledReply', operation: 'meetingCreate' });
    const token = zoom.control.tokensFor(ADA)?.accessToken ?? '';
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const reply = await fetch(`${zoom.url}/v2/users/me/meetings`, { method: 'POST', headers, body: '{}' });
    expect(reply.status).toBe(201);
    await expect(reply.json()).rejects.toThrow();
    expect(zoom.control.meetings()).toHaveLength(1);
  });

  it('strikes every nth call of one host only, and comes and goes by the control API', async () => {
    const zoom = await startZoom();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ kind: 'status', status: 503, operation: 'userMe', host: ADA, every: 2 });
    await fetch(`${zoom.url}/control/faults`, { method: 'POST', headers, body });
    const added = zoom.control.faults()[0];
    const statuses = async (email: string) => {
      const replies = [];
      for (let number = 0; number < 4; number++) replies.push((await call(zoom, email, 'GET', '/users/me')).status);
      return replies;
    };
    expect(await statuses(ADA)).toEqual([200, 503, 200, 503]);
    expect(await statuses(EMMY)).toEqual([200, 200, 200, 200]);
    await fetch(`${zoom.url}/control/faults/${added?.id}`, { method: 'DELETE' });
    expect(await statuses(ADA)).toEqual([200, 200, 200, 200]);
    const wrong = await fetch(`${zoom.url}/control/faults`, { method: 'POST', headers, body: '{"kind":"typo"}' });
    expect(wrong.status).toBe(400);
  });

  it('strikes the same calls again with the same seed', async () => {
    const run = async () => {
      const zoom = await startZoom({ seed: 99 });
      zoom.control.addFault({ kind: 'status', operation: 'userMe', probability: 0.5 });
      const statuses = [];
      for (let number = 0; number < 12; number++) statuses.push((await call(zoom, ADA, 'GET', '/users/me')).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });
});

describe('quotas', () => {
  it('let a host create and update a hundred times a day, in the words and headers seen in the wild', async () => {
    const zoom = await startZoom();
    zoom.control.setBehaviour({ meetingWritesPerDay: 3, accountLimits: { 'pro:Light': { perSecond: 1000 } } });
    const { id } = await createMeeting(zoom);
    await createMeeting(zoom);
    await call(zoom, ADA, 'PATCH', `/meetings/${id}`, { topic: 'third' });
    const refused = await call(zoom, ADA, 'POST', '/users/me/meetings', {});
    expect(refused.status).toBe(429);
    expect(refused.json.message).toBe(
      'You have exceeded the daily rate limit (3) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.',
    );
    expect(refused.headers.get('retry-after')).toBeNull();
    expect(refused.headers.get('x-ratelimit-type')).toBeNull();
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('5893');
    zoom.control.advanceClock(86_400_000);
    expect((await call(zoom, EMMY, 'POST', '/users/me/meetings', {})).status).toBe(201);
  });

  it('count calls per account and second', async () => {
    const zoom = await startZoom();
    const replies = [];
    for (let number = 0; number < 12; number++) replies.push(await call(zoom, BASIL, 'GET', '/users/me'));
    const refused = replies.find((reply) => reply.status === 429);
    expect(refused?.json.message).toBe(
      'You have reached the maximum per-second rate limit for this API. Try again later.',
    );
    expect(refused?.headers.get('x-ratelimit-type')).toBe('QPS');
    expect(refused?.headers.get('x-ratelimit-limit')).toBe('4');
  });

  it('count calls per account and day, and say until when as an ISO instant', async () => {
    const zoom = await startZoom();
    zoom.control.setBehaviour({ accountLimits: { 'pro:Light': { perDay: 2 } } });
    for (const status of [200, 200]) expect((await call(zoom, ADA, 'GET', '/users/me')).status).toBe(status);
    const refused = await call(zoom, ADA, 'GET', '/users/me');
    expect(refused.json.message).toContain('maximum daily rate limit');
    expect(refused.headers.get('x-ratelimit-type')).toBe('Daily-limit');
    expect(refused.headers.get('retry-after')).toMatch(/T00:00:00Z$/);
  });
});
