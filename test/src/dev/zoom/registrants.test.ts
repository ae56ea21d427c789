import { ADA, BASIL, call, closeAll, connect, createMeeting, heldMeeting, startZoom } from './zoomHarness';

afterEach(closeAll);

const withRegistration = { settings: { approval_type: 0 } };
const mia = { email: 'mia@example.com', first_name: 'Mia', last_name: 'Berg' };

describe('registrants', () => {
  it('get a personal link, and the same one when registered again', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, withRegistration);
    const first = await call(zoom, ADA, 'POST', `/meetings/${id}/registrants`, mia);
    expect(first.status).toBe(201);
    expect(first.json.join_url).toContain(`/w/${id}?tk=`);
    const again = await call(zoom, ADA, 'POST', `/meetings/${id}/registrants`, { ...mia, email: 'MIA@example.com' });
    expect(again.json.registrant_id).toBe(first.json.registrant_id);
    expect(again.json.join_url).toBe(first.json.join_url);
  });

  it('may be added three times a day', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, withRegistration);
    const add = () => call(zoom, ADA, 'POST', `/meetings/${id}/registrants`, mia);
    for (let number = 0; number < 3; number++) expect((await add()).status).toBe(201);
    const refused = await add();
    expect(refused.status).toBe(429);
    expect(refused.json.message).toBe(
      'You have exceeded the daily rate limit of (3) for Add a meeting registrant API requests for the registrant (mia@example.com). You can resume these API requests at GMT 00:00:00.',
    );
  });

  it('come in batches of thirty at most, for scheduled meetings with registration only', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, withRegistration);
    const people = (count: number) =>
      Array.from({ length: count }, (_unused, number) => ({
        email: `p${number}@example.com`,
        first_name: `P${number}`,
      }));
    const batch = (meeting: number, count: number) =>
      call(zoom, ADA, 'POST', `/meetings/${meeting}/batch_registrants`, {
        auto_approve: true,
        registrants: people(count),
      });
    const added = await batch(id, 30);
    expect(added.status).toBe(200);
    expect(new Set(added.json.registrants.map((one) => one.join_url)).size).toBe(30);
    expect((await batch(id, 31)).json.code).toBe(300);
    const without = await createMeeting(zoom);
    const refused = await batch(without.id, 1);
    expect(refused.status).toBe(404);
    expect(refused.json).toEqual({
      code: 404,
      message: `Registration has not been enabled for this meeting: ${without.id}.`,
    });
    const recurring = await createMeeting(zoom, ADA, { ...withRegistration, type: 3 });
    expect((await batch(recurring.id, 1)).json.code).toBe(303);
  });

  it('wait for approval where the meeting says so, and lose their link when cancelled', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, ADA, { settings: { approval_type: 1 } });
    const added = await call(zoom, ADA, 'POST', `/meetings/${id}/registrants`, mia);
    expect(added.json).not.toHaveProperty('join_url');
    const status = (action: string) =>
      call(zoom, ADA, 'PUT', `/meetings/${id}/registrants/status`, {
        action,
        registrants: [{ id: added.json.registrant_id, email: mia.email }],
      });
    expect((await status('approve')).status).toBe(204);
    const list = await call(zoom, ADA, 'GET', `/meetings/${id}/registrants`);
    const link = list.json.registrants[0]?.join_url ?? '';
    zoom.control.hostStart(id);
    expect((await fetch(link)).status).toBe(200);
    expect((await status('cancel')).status).toBe(204);
    expect((await fetch(link)).status).toBe(403);
  });

  it('need a paid host', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, BASIL, withRegistration);
    const refused = await call(zoom, BASIL, 'POST', `/meetings/${id}/registrants`, mia);
    expect(refused.status).toBe(400);
    expect(refused.json.code).toBe(200);
    expect(refused.json.message).toContain('Only available for Paid account/user');
  });
});

describe('invite links', () => {
  it('work for Basic hosts too, and carry a name', async () => {
    const zoom = await startZoom();
    const { id } = await createMeeting(zoom, BASIL);
    const links = await call(zoom, BASIL, 'POST', `/meetings/${id}/invite_links`, {
      attendees: [{ name: 'Mia Berg' }, { name: 'Ben Low' }],
      ttl: 60,
    });
    expect(links.status).toBe(201);
    zoom.control.hostStart(id);
    expect(await (await fetch(links.json.attendees[1]?.join_url ?? '')).text()).toContain('You are Ben Low');
    zoom.control.advanceClock(61_000);
    expect((await fetch(links.json.attendees[0]?.join_url ?? '')).status).toBe(403);
  });
});

describe('past meetings', () => {
  it('list a row a stay, with durations once processed', async () => {
    const zoom = await startZoom();
    const { meeting, uuid } = await heldMeeting(zoom, [{ name: 'Mia' }, { name: 'Ben' }]);
    const path = `/past_meetings/${encodeURIComponent(encodeURIComponent(uuid))}/participants`;
    const first = (await call(zoom, ADA, 'GET', `${path}?page_size=2`)).json;
    expect(first.participants.map((row) => row.duration)).toEqual([0, 0]);
    const rest = (await call(zoom, ADA, 'GET', `${path}?page_size=2&next_page_token=${first.next_page_token}`)).json;
    expect(rest.participants).toHaveLength(1);
    zoom.control.advanceClock(60_000);
    const byId = (await call(zoom, ADA, 'GET', `/past_meetings/${meeting.id}/participants`)).json;
    expect(byId.participants.map((row) => [row.name, row.duration])).toEqual([
      ['Ada Lovelace', 600],
      ['Mia', 600],
      ['Ben', 600],
    ]);
    expect((await call(zoom, ADA, 'GET', `/past_meetings/${meeting.id}`)).json.participants_count).toBe(3);
  });

  it('have no rows when one person was there, and are closed to Basic hosts', async () => {
    const zoom = await startZoom();
    const { meeting } = await heldMeeting(zoom, []);
    expect((await call(zoom, ADA, 'GET', `/past_meetings/${meeting.id}/participants`)).json.participants).toEqual([]);
    const { id } = await createMeeting(zoom, BASIL);
    zoom.control.hostStart(id);
    zoom.control.end(id);
    expect((await call(zoom, BASIL, 'GET', `/past_meetings/${id}/participants`)).json.code).toBe(200);
  });

  it('want uuids with leading or double slashes encoded twice', async () => {
    const zoom = await startZoom();
    zoom.control.setBehaviour({ enforceQuotas: false });
    const seen = { awkward: 0, plain: 0 };
    for (let number = 0; number < 12; number++) {
      await connect(zoom, ADA);
      const { uuid } = await heldMeeting(zoom, [{ name: 'Mia' }]);
      const awkward = uuid.startsWith('/') || uuid.includes('//');
      seen[awkward ? 'awkward' : 'plain']++;
      const once = await call(zoom, ADA, 'GET', `/past_meetings/${encodeURIComponent(uuid)}`);
      const twice = await call(zoom, ADA, 'GET', `/past_meetings/${encodeURIComponent(encodeURIComponent(uuid))}`);
      expect([once.status, twice.status]).toEqual([awkward ? 404 : 200, 200]);
      expect(twice.json.uuid).toBe(uuid);
    }
    expect(seen.awkward).toBeGreaterThan(0);
    expect(seen.plain).toBeGreaterThan(0);
  });

  it('get a new uuid when an ended meeting is started again', async () => {
    const zoom = await startZoom();
    const { meeting, uuid } = await heldMeeting(zoom, []);
    const again = zoom.control.hostStart(meeting.id);
    zoom.control.end(meeting.id);
    expect(again.uuid).not.toBe(uuid);
    const runs = await call(zoom, ADA, 'GET', `/past_meetings/${meeting.id}/instances`);
    expect(runs.json.meetings.map((run) => run.uuid)).toEqual([uuid, again.uuid]);
  });
});
