import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'cheerio';
import { ADA, EMMY, call, closeAll, createMeeting, startZoom } from './zoomHarness';

afterEach(closeAll);

/** A browser as far as these pages need one: it keeps cookies and follows redirects. */
function browser() {
  let cookie = '';
  const open = async (url: string, init: RequestInit = {}): Promise<{ status: number; text: string; url: string }> => {
    const response = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    const location = response.headers.get('location');
    if (location) return open(new URL(location, url).href);
    return { status: response.status, text: await response.text(), url };
  };
  return { open };
}

async function classWithMia() {
  const zoom = await startZoom();
  const meeting = await createMeeting(zoom, ADA, { topic: 'Über <Brüche>', settings: { approval_type: 0 } });
  const mia = { email: 'mia@example.com', first_name: 'Mia', last_name: 'Berg' };
  const { join_url } = (await call(zoom, ADA, 'POST', `/meetings/${meeting.id}/registrants`, mia)).json;
  const inside = () =>
    zoom.control
      .meeting(meeting.id)
      .runs.flatMap((run) => run.participants)
      .filter((person) => person.leftAt === null)
      .map((person) => person.name);
  return { zoom, meeting, join_url, inside };
}

describe('a personal link', () => {
  it('waits for the host, then joins, and leaves by the button', async () => {
    const { zoom, meeting, join_url, inside } = await classWithMia();
    const student = browser();
    const waiting = load((await student.open(join_url)).text);
    expect(waiting('h1').text()).toBe('Waiting for the host to start the meeting');
    expect(waiting('meta[http-equiv=refresh]').attr('content')).toBe('3');
    zoom.control.hostStart(meeting.id);
    const room = await student.open(join_url);
    expect(load(room.text)('h1').text()).toBe('You are in the meeting: Über <Brüche>');
    expect(inside()).toEqual(['Ada Lovelace', 'Mia Berg']);
    expect((await student.open(join_url)).url).toBe(room.url);
    const events = zoom.control.webhooks().map((record) => record.event.replace('meeting.', ''));
    expect(events.slice(2)).toEqual([
      'participant_jbh_waiting',
      'started',
      'participant_joined',
      'participant_jbh_joined',
      'participant_joined',
    ]);
    expect(inside()).toHaveLength(2);
    const leave = load(room.text)('form[action$="/leave"]').attr('action') ?? '';
    const left = await student.open(zoom.url + leave, { method: 'POST' });
    expect(load(left.text)('h1').text()).toBe('You have left the meeting');
    expect(inside()).toEqual(['Ada Lovelace']);
  });

  it('works on one device at a time', async () => {
    const { zoom, meeting, join_url } = await classWithMia();
    zoom.control.hostStart(meeting.id);
    expect((await browser().open(join_url)).status).toBe(200);
    expect((await browser().open(join_url)).status).toBe(409);
  });

  it('does nothing on HEAD', async () => {
    const { zoom, meeting, join_url, inside } = await classWithMia();
    zoom.control.hostStart(meeting.id);
    expect((await fetch(join_url, { method: 'HEAD' })).status).toBe(200);
    expect(inside()).toEqual(['Ada Lovelace']);
  });
});

describe('the plain link', () => {
  it('asks for a name, and for the passcode when the link lacks it', async () => {
    const zoom = await startZoom();
    const meeting = await createMeeting(zoom, ADA, { settings: { join_before_host: true } });
    const guest = browser();
    const page = load((await guest.open(`${zoom.url}/j/${meeting.id}`)).text);
    expect(page('input[name=passcode]')).toHaveLength(1);
    const wrong = await guest.open(`${zoom.url}/j/${meeting.id}`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Ben', passcode: 'no' }),
    });
    expect(wrong.status).toBe(403);
    const body = new URLSearchParams({ name: 'Ben' });
    const room = await guest.open(meeting.join_url, { method: 'POST', body });
    expect(room.text).toContain('You are Ben.');
    expect(zoom.control.meeting(meeting.id).live).toBe(true);
  });

  it('leads to registration where that is on', async () => {
    const { zoom, meeting, inside } = await classWithMia();
    zoom.control.hostStart(meeting.id);
    const guest = browser();
    const form = await guest.open(meeting.join_url);
    expect(form.url).toContain('/meeting/register/');
    const room = await guest.open(form.url, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Zoe', email: 'zoe@example.com' }),
    });
    expect(room.text).toContain('zoe@example.com');
    expect(inside()).toContain('Zoe');
  });
});

describe('the start link', () => {
  it('starts the meeting as the host, who ends it for all', async () => {
    const { zoom, meeting, inside } = await classWithMia();
    const host = browser();
    const room = await host.open(meeting.start_url);
    expect(room.text).toContain('You are Ada Lovelace, the host.');
    const end = load(room.text)('form[action$="/end"]').attr('action') ?? '';
    const ended = await host.open(zoom.url + end, { method: 'POST' });
    expect(load(ended.text)('h1').text()).toBe('The meeting has ended');
    expect(inside()).toEqual([]);
    expect(zoom.control.meeting(meeting.id).live).toBe(false);
  });

  it('lets the host see and admit who waits', async () => {
    const zoom = await startZoom();
    const meeting = await createMeeting(zoom, ADA, { settings: { waiting_room: true } });
    const host = browser();
    const room = await host.open(meeting.start_url);
    const student = browser();
    const body = new URLSearchParams({ name: 'Ben' });
    const waiting = await student.open(meeting.join_url, { method: 'POST', body });
    expect(load(waiting.text)('h1').text()).toBe('You are in the waiting room');
    const form = load((await host.open(room.url)).text)('form[action$="/admit"]');
    const userId = form.find('button').attr('value') ?? '';
    await host.open(zoom.url + (form.attr('action') ?? ''), { method: 'POST', body: new URLSearchParams({ userId }) });
    expect(load((await student.open(waiting.url)).text)('h1').text()).toBe('You are in the meeting: Maths 7B');
  });

  it('expires after two hours and opens only the host’s own meetings', async () => {
    const { zoom, meeting } = await classWithMia();
    const other = await createMeeting(zoom, EMMY);
    const zak = new URL(other.start_url).search;
    expect((await browser().open(`${zoom.url}/s/${meeting.id}${zak}`)).status).toBe(403);
    zoom.control.advanceClock(2 * 3_600_000);
    expect((await browser().open(meeting.start_url)).status).toBe(403);
  });

  it('offers to end another meeting of the host that still runs', async () => {
    const { zoom, meeting } = await classWithMia();
    const second = await createMeeting(zoom, ADA, { topic: 'Next class' });
    zoom.control.hostStart(meeting.id);
    expect(() => zoom.control.hostStart(second.id)).toThrow('currently in progress');
    const host = browser();
    const busy = await host.open(second.start_url);
    expect(busy.status).toBe(409);
    const room = await host.open(second.start_url, { method: 'POST' });
    expect(load(room.text)('h1').text()).toBe('You are in the meeting: Next class');
    expect(zoom.control.meeting(meeting.id).live).toBe(false);
  });

  it('cuts a Basic host off after forty minutes', async () => {
    const zoom = await startZoom();
    const meeting = await createMeeting(zoom, 'basil.basic@teachers.example');
    zoom.control.hostStart(meeting.id);
    zoom.control.advanceClock(40 * 60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(zoom.control.meeting(meeting.id).live).toBe(false);
  });
});

describe('the control page', () => {
  it('starts a meeting, lets people in and out, and ends it', async () => {
    const { zoom, meeting, inside } = await classWithMia();
    const person = browser();
    const press = (action: string, more: Record<string, string> = {}) =>
      person.open(`${zoom.url}/`, {
        method: 'POST',
        body: new URLSearchParams({ meetingId: String(meeting.id), action, ...more }),
      });
    expect(load((await person.open(`${zoom.url}/`)).text)('h2.topic').text()).toBe('Über <Brüche>');
    await press('start');
    await press('join', { who: 'mia@example.com' });
    await press('join', { name: 'Ben' });
    expect(inside()).toEqual(['Ada Lovelace', 'Mia Berg', 'Ben']);
    const userId = zoom.control.meeting(meeting.id).runs[0]?.participants[1]?.userId ?? '';
    await press('leave', { userId });
    expect(inside()).toEqual(['Ada Lovelace', 'Ben']);
    const page = load((await press('end')).text);
    expect(page('section .tag').first().text()).toBe('ended');
    expect(page('.events').text()).toContain('meeting.ended');
  });
});

describe('a second start', () => {
  it('keeps meetings, tokens, people and time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'zoom-state-'));
    try {
      const statePath = join(folder, 'zoom.json');
      const first = await startZoom({ statePath });
      const meeting = await createMeeting(first, ADA, { settings: { approval_type: 0 } });
      const mia = { email: 'mia@example.com', first_name: 'Mia' };
      await call(first, ADA, 'POST', `/meetings/${meeting.id}/registrants`, mia);
      first.control.hostStart(meeting.id);
      first.control.advanceClock(60_000);
      const tokens = first.control.tokensFor(ADA);
      const before = { ...first.control.meeting(meeting.id), registrants: [] };
      await closeAll();
      const second = await startZoom({ statePath });
      expect(second.control.tokensFor(ADA)).toEqual(tokens);
      expect({ ...second.control.meeting(meeting.id), registrants: [] }).toEqual(before);
      expect(second.control.now()).toBeGreaterThan(Date.now() + 50_000);
      expect((await call(second, ADA, 'GET', `/meetings/${meeting.id}`)).json.status).toBe('started');
      second.control.join(meeting.id, { as: 'registrant', email: mia.email });
      const other = await createMeeting(second);
      expect(other.id).not.toBe(meeting.id);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
