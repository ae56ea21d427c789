import { makeMeeting } from '../../../src/commands/makeMeeting';
import { makePersonalLinks, personalUrlPlace } from '../../../src/commands/makePersonalLinks';
import { rescheduleClass } from '../../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { buildConnectedTeacher } from '../../support/teachers';
import { BASIL } from '../../support/zoomConsent';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

const WEEKS_MINUTES = 4 * 7 * 24 * 60;

it('an invite link of a host without a licence works as long as its room, which is kept when its class is moved', async () => {
  const { deps, zoom } = site;
  const { id: teacherId } = await buildConnectedTeacher(deps, zoom, BASIL);
  const classDate = await buildClassDate({
    order: await buildOrder({ teacherId }),
    startsAt: addMinutes(new Date(), 20),
  });
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(deps.signingKeys, classDate, { userId, email });
  const step = { classDateId: classDate.id, now: new Date() };
  expect(await makeMeeting(deps, step)).toBe('made');
  await makePersonalLinks(deps, step);
  const { linkQuality, linkMeetingId, personalUrlEncrypted } = await pass.reload();
  expect(linkQuality).toBe('invite');

  const localStart = addMinutes(classDate.startsAt, WEEKS_MINUTES).toISOString().slice(0, 16);
  await rescheduleClass(deps, { classDateId: classDate.id, localStart }, THE_SYSTEM);
  zoom.control.advanceClock(WEEKS_MINUTES * 60_000);
  const meeting = await ZoomMeeting.findOne({
    where: { classDateId: classDate.id, isCurrent: true },
    rejectOnEmpty: true,
  });
  expect([meeting.id, meeting.state]).toEqual([linkMeetingId, 'created']);
  zoom.control.hostStart(meeting.meetingId ?? '');
  const link = deps.encryption.decrypt(personalUrlEncrypted ?? '', personalUrlPlace(pass.id));
  expect((await fetch(link)).status).toBe(200);
});
