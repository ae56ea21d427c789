import { randomBytes } from 'node:crypto';
import { openIncident } from '../../../src/commands/openIncident';
import { planMails } from '../../../src/commands/planMails';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate } from '../../factories/classes';
import { startMailSite, type MailSite } from '../../support/mailSite';

const LEAD_MINUTES = 30;

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

/** A class that opens now, whose teacher was told of the missing connection so many minutes ago. */
async function classAfterMail(minutesAgo: number): Promise<ClassDate> {
  const now = new Date();
  const classDate = await buildClassDate({ startsAt: addMinutes(now, LEAD_MINUTES) });
  const userId = classDate.teacherId;
  await openIncident(site.deps, { cause: 'teacher_connection', userId }, null);
  const incident = await Incident.findOne({ where: { userId }, rejectOnEmpty: true });
  await MailDelivery.create({
    ...{ incidentId: incident.id, userId, recipientKey: `user:${userId}`, kind: 'connect_zoom', version: 1 },
    ...{ state: 'sent', messageKey: randomBytes(16).toString('hex') },
    ...{ nextAttemptAt: now, usefulUntil: now, createdAt: addMinutes(now, -minutesAgo) },
  });
  await planMails({ classDateId: classDate.id, now, kinds: ['teacher_not_connected', 'class_reminder'] });
  return classDate;
}

const warnings = ({ id }: ClassDate) =>
  MailDelivery.count({ where: { classDateId: id, kind: 'teacher_not_connected' } });

it('warns a teacher at T−30 of a connection that has been missing for long', async () => {
  expect(await warnings(await classAfterMail(3 * 60))).toBe(1);
});

it('does not warn a teacher who has been told within the hour, or has just now been', async () => {
  expect(await warnings(await classAfterMail(50))).toBe(0);
  expect(await warnings(await classAfterMail(0))).toBe(0);
});
