import { makeMeeting } from '../../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../../src/commands/makePersonalLinks';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { ZoomDailyLimit } from '../../../src/zoom/errors';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

/** Of the same Zoom account as the other host. */
const COLLEAGUE = 'emmy.noether@teachers.example';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

afterEach(() => ZoomConnection.update({ pausedUntil: null }, { where: {} }));

async function build(email: string): Promise<ClassDate> {
  const { id: teacherId } = await buildConnectedTeacher(site.deps, site.zoom, email);
  return buildClassDate({ order: await buildOrder({ teacherId }), startsAt: addMinutes(new Date(), 20) });
}

const make = ({ id: classDateId }: ClassDate) => makeMeeting(site.deps, { classDateId, now: new Date() });

it('what one host may make in a day holds up no other host of the account', async () => {
  const [mine, colleagues] = [await build(LICENSED_HOST), await build(COLLEAGUE)];
  site.zoom.control.setBehaviour({ meetingWritesPerDay: 0 });
  expect(await make(mine)).toBe('waiting');
  site.zoom.control.setBehaviour({ meetingWritesPerDay: 100 });
  const pauses = (userId: number) => ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
  expect((await pauses(mine.teacherId)).pausedUntil?.toISOString()).toContain('T00:00:00');
  expect((await pauses(colleagues.teacherId)).pausedUntil).toBeNull();
  expect(await make(colleagues)).toBe('made');
});

it('what the account may do in a day holds up all its hosts', async () => {
  const [mine, colleagues] = [await build(LICENSED_HOST), await build(COLLEAGUE)];
  site.zoom.control.addFault({ kind: 'rateLimitDaily', operation: 'meetingCreate', times: 1 });
  expect(await make(mine)).toBe('waiting');
  expect(await make(colleagues)).toBe('nothing to do');
});

it('an address that was registered too often today gets another kind of link, and holds nobody up', async () => {
  const classDate = await build(LICENSED_HOST);
  expect(await make(classDate)).toBe('made');
  const people = [await buildUser('student'), await buildUser('student')];
  for (const { id: userId, email } of people) await buildPass(site.deps.signingKeys, classDate, { userId, email });
  const { zoom } = site.deps;
  const addRegistrants: typeof zoom.addRegistrants = (teacherId, meetingId, registrants) => {
    const worn = registrants.some(({ email }) => email === people[0]?.email);
    if (worn) return Promise.reject(new ZoomDailyLimit(addMinutes(new Date(), 600), 'registrant'));
    return zoom.addRegistrants(teacherId, meetingId, registrants);
  };
  const limited = { ...site.deps, zoom: { ...zoom, addRegistrants } };
  await makePersonalLinks(limited, { classDateId: classDate.id, now: new Date() });
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
  expect(passes.map(({ linkQuality }) => linkQuality)).toEqual(['invite', 'registrant']);
  expect((await classDate.reload()).nextAttemptAt).toBeNull();
  expect(await ZoomConnection.count({ where: { userId: classDate.teacherId, pausedUntil: null } })).toBe(1);
});
