import { z } from 'zod';
import type { ZoomSimulator } from '../../../../src/dev/zoom/server';
import { ADA, call, closeAll, connect, createMeeting, startReceiver, startZoom, token } from './zoomHarness';

afterEach(closeAll);

/** The control API answers with many shapes; what a test needs of one, it reads through a schema of its own. */
async function control(zoom: ZoomSimulator, method: string, path: string, body?: object) {
  const response = await fetch(`${zoom.url}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const json: unknown = await response.json();
  return { status: response.status, json };
}

const userIdSchema = z.object({ userId: z.string() });
const roomSchema = z.object({ roomUuid: z.string() });

describe('the control API', () => {
  it('plays a class from start to end', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, { settings: { approval_type: 0 } });
    await call(zoom, ADA, 'POST', `/meetings/${id}/registrants`, { email: 'mia@example.com', first_name: 'Mia' });
    const at = `/meetings/${id}`;
    expect((await control(zoom, 'POST', `${at}/participants`, {})).status).toBe(404);
    expect((await control(zoom, 'POST', `${at}/start`)).status).toBe(200);
    const join = async (who: object) =>
      userIdSchema.parse((await control(zoom, 'POST', `${at}/participants`, who)).json).userId;
    const mia = await join({ as: 'registrant', email: 'mia@example.com' });
    const caller = await join({ as: 'dial-in', phoneNumber: '+4930999' });
    const emmy = await join({ as: 'signed-in', email: 'emmy.noether@teachers.example' });
    await control(zoom, 'POST', `${at}/participants/${mia}/rename`, { name: 'Mia B.' });
    await control(zoom, 'POST', `${at}/participants/${emmy}/role`, { role: 'co-host' });
    const room = roomSchema.parse((await control(zoom, 'POST', `${at}/participants/${mia}/breakout`, {})).json);
    await control(zoom, 'POST', `${at}/participants/${emmy}/breakout`, room);
    await control(zoom, 'DELETE', `${at}/participants/${mia}/breakout`);
    await control(zoom, 'POST', `${at}/participants/${caller}/leave`);
    const moved = userIdSchema.parse((await control(zoom, 'POST', `${at}/participants/${emmy}/waiting-room`)).json);
    await control(zoom, 'POST', `${at}/participants/${moved.userId}/admit`);
    expect((await control(zoom, 'POST', `${at}/end`)).json).toEqual({ ended: true });
    expect((await control(zoom, 'POST', `${at}/end`)).json).toEqual({ ended: false });
    const [run] = zoom.control.meeting(id).runs;
    expect(run?.participants.map((person) => [person.name, person.role])).toEqual([
      ['Ada Lovelace', 'host'],
      ['Mia B.', 'registrant'],
      ['+4930999', 'dial-in'],
      ['Emmy Noether', 'signed-in'],
      ['Emmy Noether', 'signed-in'],
    ]);
    expect((await control(zoom, 'GET', at)).json).toEqual(JSON.parse(JSON.stringify(zoom.control.meeting(id))));
  });

  it('knows meetings made, changed and deleted in Zoom itself', async () => {
    const zoom = await startZoom();
    const made = await control(zoom, 'POST', '/meetings', { host: ADA, topic: 'Private' });
    const { id } = z.object({ id: z.number() }).parse(made.json);
    await control(zoom, 'PATCH', `/meetings/${id}`, { topic: 'Still private' });
    expect((await call(zoom, ADA, 'GET', `/meetings/${id}`)).json).toMatchObject({
      topic: 'Still private',
      creation_source: 'web_portal',
    });
    await control(zoom, 'DELETE', `/meetings/${id}`);
    expect((await call(zoom, ADA, 'GET', `/meetings/${id}`)).status).toBe(404);
  });

  it('hands out codes and tokens, and takes them away in silence', async () => {
    const zoom = await startZoom();
    const { json } = await control(zoom, 'POST', '/oauth/authorize', { email: ADA, scopes: ['user:read:user'] });
    const { code } = z.object({ code: z.string() }).parse(json);
    const redirect_uri = 'http://127.0.0.1:9/teacher/zoom/callback';
    expect((await token(zoom, { grant_type: 'authorization_code', code, redirect_uri })).json.scope).toBe(
      'user:read:user',
    );
    expect((await control(zoom, 'GET', `/oauth/tokens?email=${ADA}`)).status).toBe(200);
    await control(zoom, 'POST', '/oauth/revoke', { email: ADA });
    expect((await control(zoom, 'GET', `/oauth/tokens?email=${ADA}`)).status).toBe(404);
    expect(zoom.control.webhooks()).toEqual([]);
    await connect(zoom, ADA);
    await control(zoom, 'POST', '/oauth/deauthorize', { email: ADA, webhook: true });
    expect(zoom.control.webhooks().map((record) => record.event)).toEqual(['app_deauthorized']);
  });

  it('sets the webhook address, sends, repeats and settles', async () => {
    const zoom = await startZoom();
    const { url, received } = await startReceiver(() => ({ status: 200 }));
    await control(zoom, 'POST', '/webhooks/url', { url });
    const sent = await control(zoom, 'POST', '/webhooks', { event: 'meeting.test', payload: { object: { id: '1' } } });
    const { id } = z.object({ id: z.number() }).parse(sent.json);
    await control(zoom, 'POST', '/webhooks/settle');
    await control(zoom, 'POST', `/webhooks/${id}/redeliver`);
    await control(zoom, 'POST', '/webhooks/settle');
    expect(received.map((one) => one.event.event)).toEqual(['meeting.test', 'meeting.test']);
    expect((await control(zoom, 'POST', '/webhooks/validate')).json).toEqual({ valid: false });
    await control(zoom, 'POST', '/webhooks/url', { url: null });
    await control(zoom, 'POST', '/webhooks', { event: 'nobody.hears', payload: {} });
    expect(zoom.control.webhooks().at(-1)?.status).toBe('no receiver');
  });

  it('moves the clock, changes behaviour, shows calls and forgets', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom);
    await control(zoom, 'POST', '/clock', { advanceMs: 3_600_000 });
    expect(zoom.control.now()).toBeGreaterThan(Date.now() + 3_500_000);
    expect((await control(zoom, 'PATCH', '/behaviour', { listLagMs: 5 })).json).toMatchObject({ listLagMs: 5 });
    expect((await control(zoom, 'PATCH', '/behaviour', { listLag: 5 })).status).toBe(400);
    expect((await control(zoom, 'GET', '/calls?operation=meetingCreate')).json).toMatchObject([
      { method: 'POST', path: '/v2/users/me/meetings', host: ADA, status: 201, body: { topic: 'Maths 7B' } },
    ]);
    await control(zoom, 'POST', '/reset');
    expect((await control(zoom, 'GET', '/meetings')).json).toEqual([]);
    expect((await control(zoom, 'GET', `/meetings/${id}`)).status).toBe(404);
    expect(zoom.control.behaviour().listLagMs).toBe(0);
  });

  it('keeps faults without an operation away from OAuth', async () => {
    const zoom = await startZoom();
    await control(zoom, 'POST', '/faults', { kind: 'status', status: 500 });
    const { refresh_token } = (await connect(zoom, ADA)).json;
    expect((await token(zoom, { grant_type: 'refresh_token', refresh_token })).status).toBe(200);
    expect((await call(zoom, ADA, 'GET', '/users/me')).status).toBe(500);
    await control(zoom, 'DELETE', '/faults');
    expect((await call(zoom, ADA, 'GET', '/users/me')).status).toBe(200);
    expect((await call(zoom, ADA, 'GET', '/no/such/thing')).json.code).toBe(2300);
  });
});
