import ICAL from 'ical.js';
import { addMinutes } from '../../../../src/domain/clock';
import { startJoinSite, UNKNOWN_TOKEN, type JoinSite, type Link } from '../../../support/joinSite';

let site: JoinSite;

beforeAll(async () => {
  site = await startJoinSite();
});

afterAll(() => site.close());

async function entryOf({ classDate, token }: Link) {
  const { status, text, headers } = await site.newBrowser().get(`/join/class/${classDate.id}/class.ics?token=${token}`);
  expect([status, headers['content-type']]).toEqual([200, 'text/calendar; charset=utf-8']);
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  const event = calendar.getFirstSubcomponent('vevent');
  if (!event) throw new Error('There is no entry in the file.');
  return new ICAL.Event(event);
}

it('holds the class with its time and the person’s own link', async () => {
  const startsAt = new Date('2030-03-31T01:30:00Z');
  const link = await site.buildLink({ state: 'scheduled', startsAt, durationMinutes: 45 });
  const entry = await entryOf(link);
  expect(entry.summary).toBe('Maths 7B');
  expect(entry.startDate.toJSDate()).toEqual(startsAt);
  expect(entry.endDate.toJSDate()).toEqual(addMinutes(startsAt, 45));
  expect(entry.description).toContain(`${link.url}`);
});

it('keeps its UID and raises SEQUENCE when the class is moved', async () => {
  const link = await site.buildLink({ state: 'scheduled', startsAt: addMinutes(new Date(), 600) });
  const before = await entryOf(link);
  await link.classDate.update({ startsAt: addMinutes(new Date(), 900), scheduleVersion: 2 });
  const after = await entryOf(link);
  expect(after.uid).toBe(before.uid);
  expect([before.sequence, after.sequence]).toEqual([0, 2]);
});

it('is for whoever has the link', async () => {
  const { classDate } = await site.buildLink();
  const answer = await site.newBrowser().get(`/join/class/${classDate.id}/class.ics?token=${UNKNOWN_TOKEN}`);
  expect(answer.status).toBe(404);
});
