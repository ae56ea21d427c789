import request, { type Response } from 'supertest';
import { changeTeacher } from '../../../../src/commands/changeTeacher';
import { makeMeeting } from '../../../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../../../src/commands/makePersonalLinks';
import { removeMeetings } from '../../../../src/commands/removeMeetings';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { startZoomSimulator, type ZoomSimulator } from '../../../../src/dev/zoom/server';
import { addMinutes } from '../../../../src/domain/clock';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { press, visitAndPress, type JoinBrowser } from '../../../support/joinSite';
import { buildConnectedTeacher, LICENSED_HOST } from '../../../support/teachers';
import { UNLIMITED_A_SECOND } from '../../../support/unlimitedZoom';
import { APP_URL, startWebsite, type Website } from '../../../support/website';

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const SUBSTITUTE = 'grace.hopper@teachers.example';

let zoom: ZoomSimulator;
let website: Website;

beforeAll(async () => {
  zoom = await startZoomSimulator({
    ...{ seed: 6, behaviour: UNLIMITED_A_SECOND },
    app: { ...APP, redirectUris: [`${APP_URL}${paths.zoomCallback}`] },
  });
  website = await startWebsite({ ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
  await saveFirstZoomSettings(website.deps);
});

afterAll(async () => {
  await website.close();
  await zoom.close();
});

/** A class in ten minutes with a student and a guest, who have their links. */
async function build() {
  const { deps } = website;
  const teacher = await buildConnectedTeacher(deps, zoom);
  const student = await buildUser('student');
  const order = await buildOrder({ teacherId: teacher.id, userId: student.id });
  const guest = await OrderGuest.create({ orderId: order.id, email: 'guest@example.test' });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 10) });
  const people = [
    { userId: student.id, email: student.email },
    { guestId: guest.id, email: guest.email },
  ];
  const links: string[] = [];
  for (const person of people) {
    const { token } = await buildPass(deps.signingKeys, classDate, person);
    const door = 'guestId' in person ? paths.joinGuest(classDate.id) : paths.join(classDate.id);
    links.push(`${door}?token=${token}`);
  }
  return { classDate, links };
}

/** What the class's workflow does when it hears of the change. */
async function bringUp({ id: classDateId }: ClassDate): Promise<void> {
  const input = { classDateId, now: new Date() };
  await removeMeetings(website.deps, input);
  await makeMeeting(website.deps, input);
  await makePersonalLinks(website.deps, input);
}

async function currentRoom({ id: classDateId }: ClassDate) {
  const where = { classDateId, isCurrent: true };
  const { meetingId } = await ZoomMeeting.findOne({ where, rejectOnEmpty: true });
  return zoom.control.meeting(meetingId ?? '');
}

const newBrowser = (): JoinBrowser => request.agent(website.server);
const leadsTo = ({ status, headers }: Response, room: { id: number }) =>
  status === 303 && (headers['location'] ?? '').startsWith(`${zoom.url}/w/${room.id}?tk=`);

it('a substitute teacher: the same links lead to the new teacher’s room, in the browser that was in already and in another', async () => {
  const { classDate, links } = await build();
  const [mine = '', guests = ''] = links;
  await bringUp(classDate);
  const former = await currentRoom(classDate);
  expect(former.host).toBe(LICENSED_HOST);
  const browser = newBrowser();
  const openPage = await browser.get(mine);
  expect(leadsTo(await press(browser, openPage), former)).toBe(true);

  const substitute = await buildConnectedTeacher(website.deps, zoom, SUBSTITUTE);
  await changeTeacher(website.deps, { classDateId: classDate.id, teacherId: substitute.id }, THE_SYSTEM);
  // From the commit on nobody is sent into the former room, by whatever page is still open.
  expect((await press(browser, openPage)).headers['location'] ?? '').not.toContain(zoom.url);
  expect((await browser.get(mine)).text).toContain('The room is being made');

  await bringUp(classDate);
  const room = await currentRoom(classDate);
  expect([room.host, room.id === former.id]).toEqual([SUBSTITUTE, false]);
  expect(leadsTo(await visitAndPress(browser, mine), room)).toBe(true);
  const answer = await visitAndPress(newBrowser(), guests);
  expect(leadsTo(answer, room)).toBe(true);
  // Zoom knows the way and the person.
  expect((await fetch(answer.headers['location'] ?? '')).status).toBe(200);
  expect(room.registrants.map(({ email }) => email)).toContain('guest@example.test');
  expect(zoom.control.meeting(former.id).deleted).toBe(true);
});
