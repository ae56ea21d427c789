import { askZoom } from '../../../src/commands/askZoom';
import { closeClass } from '../../../src/commands/closeClass';
import { correctAttendance } from '../../../src/commands/correctAttendance';
import { interpretWebhookEvent } from '../../../src/commands/interpretWebhookEvent';
import { lookAtClass } from '../../../src/commands/lookAtClass';
import { saveMadeMeeting } from '../../../src/commands/saveMadeMeeting';
import { settleClass } from '../../../src/commands/settleClass';
import type { Deps } from '../../../src/deps';
import { addMinutes } from '../../../src/domain/clock';
import { OutcomeEvent } from '../../../src/models/OutcomeEvent';
import { buildAttendedClass } from '../../factories/attendedClasses';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { buildWebhookEvent, startedEvent } from '../../factories/webhookEvents';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

async function told(classDateId: number): Promise<string[]> {
  return (await OutcomeEvent.findAll({ where: { classDateId }, order: ['id'] })).map(({ type }) => type);
}

it('tells that a class is at risk, once', async () => {
  const { id: classDateId } = await buildClassDate({ startsAt: addMinutes(new Date(), 10) });
  const look = { classDateId, now: new Date() };
  await lookAtClass(website.deps, look);
  await lookAtClass(website.deps, look);
  expect(await told(classDateId)).toEqual(['class.at_risk']);
});

it('tells that its room is there, and that it has begun', async () => {
  const classDate = await buildClassDate({ state: 'preparing' });
  const meeting = await buildMeeting(website.deps.encryption, classDate, { state: 'creating', meetingId: null });
  const made = { meetingId: '81234567890', joinUrl: 'http://127.0.0.1/j/81234567890', registration: false };
  await saveMadeMeeting(website.deps, meeting, made, 'meeting_created');
  const event = await buildWebhookEvent(startedEvent(made.meetingId));
  await interpretWebhookEvent(website.deps, event.id);
  await interpretWebhookEvent(website.deps, event.id);
  expect(await told(classDate.id)).toEqual(['class.ready', 'class.live']);
});

it('tells that the teacher has not come', async () => {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -6) });
  await buildMeeting(website.deps.encryption, classDate);
  const zoom = {
    ...website.deps.zoom,
    getMeeting: () => Promise.resolve({ status: 'waiting' }),
  } as unknown as Deps['zoom'];
  await askZoom({ ...website.deps, zoom }, { classDateId: classDate.id, now: new Date() });
  expect(await told(classDate.id)).toEqual(['class.teacher_absent']);
});

it('tells that a class was missed', async () => {
  const { id } = await buildClassDate({ startsAt: addMinutes(new Date(), -300) });
  await closeClass(website.deps, { classDateId: id, now: new Date() });
  expect(await told(id)).toEqual(['class.missed']);
});

it('tells that it is settled, and each revision after that', async () => {
  const { classDate, teacher } = await buildAttendedClass(website.deps, [['teacher', 0, 60]]);
  const classDateId = classDate.id;
  await settleClass(website.deps, { classDateId, now: new Date() });
  const admin = await buildUser('admin');
  const correction = { classDateId, kind: 'verdict', subject: `teacher:${teacher.id}`, value: 'late' } as const;
  const origin = { userId: admin.id, ipAddress: null, userAgent: null };
  await correctAttendance(website.deps, { ...correction, reason: 'They told us.' }, origin);
  expect(await told(classDateId)).toEqual(['class.settled', 'attendance.revised']);
  const [, revised] = await OutcomeEvent.findAll({ where: { classDateId }, order: ['id'] });
  expect(JSON.parse(revised?.data ?? '{}')).toMatchObject({ revision: 2, outcome: 'students_absent' });
});
